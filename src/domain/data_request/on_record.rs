//! Whoever is erased has asked for it, or the company has decided it: a request to erase everything is on record, and it is
//! certain who it is about.

use super::{
    open::find,
    parts::categories,
    request::{Incoming, Request, columns},
};
use crate::{
    access::{Sql, Stop, Writer},
    domain::{catalog::Catalog, task::do_for},
};
use entity::{
    data_request,
    enums::{Channel, DataRequestType},
    ids::{CustomerId, DataRequestId},
};

/// How it is certain whose data it is, where the company itself decided it.
const DECIDED: &str = "Decided by the company";

/// Puts it on record that everything of a customer's, who is locked, is to be erased. One that asked for that and is under
/// way is it, verified now if it was not.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn put_on_record(
    w: &mut Writer,
    catalog: &Catalog,
    customer: CustomerId,
    reason: &str,
    channel: Channel,
) -> Result<DataRequestId, Stop> {
    if let Some(id) = under_way(w, customer).await? {
        let mut open = find(w, id).await?;
        open.resume(w).await?;
        let before = open.request.row.clone();
        let row = data_request::Model { note: Some(reason.to_owned()), ..before };
        let row = if row.verified_at.is_some() { row } else { verified(w, row) };
        open.store(w, catalog, row).await?;
        return Ok(id);
    }
    let (kind, received_at, note) = (DataRequestType::Erasure, w.now(), Some(reason.to_owned()));
    let row = Incoming { customer, kind, channel, received_at, note }.row(w, &catalog.zone());
    w.changed(customer, &["dataRequests"]);
    Ok(w.insert::<data_request::Entity>(verified(w, row)).await?.id)
}

fn verified(w: &Writer, row: data_request::Model) -> data_request::Model {
    data_request::Model {
        verified_method: Some(DECIDED.to_owned()),
        verified_by: Some(w.actor_name()),
        verified_at: Some(w.now()),
        ..row
    }
}

/// A request for the erasure of everything that is under way.
async fn under_way(w: &Writer, customer: CustomerId) -> Result<Option<DataRequestId>, Stop> {
    let mut sql = Sql::new(&format!("SELECT {} FROM data_request t WHERE t.customer_id = ", columns()));
    sql.bind(customer.0).push(" AND t.kind = 'ERASURE' ORDER BY t.id");
    let open = w.rows(sql, Request::touch).await?.into_iter().filter(|request| !request.is_closed());
    let open = open.map(|request| request.row.id).collect::<Vec<_>>();
    if open.is_empty() {
        return Ok(None);
    }
    let scopes = categories(w, &open).await?;
    Ok(open.into_iter().find(|id| scopes.get(id).is_none_or(Vec::is_empty)))
}

/// All that is being done with a customer's data is done for this request from here on.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn take_over_all(w: &Writer, request: DataRequestId) -> Result<(), Stop> {
    do_for(w, request, |sql| _ = sql.push("t.action IN ('ERASE', 'ANONYMIZE')")).await
}
