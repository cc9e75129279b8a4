//! What every step on the way of a request begins and ends with.

use super::{
    parts::pauses,
    request::{Request, by_ids, clock, pauses_of},
};
use crate::{
    access::{Broken, Code, Refusal, Stop, Writer},
    domain::{
        catalog::Catalog,
        checks::not_found,
        customer::gone,
        disposal::{give_back, settle},
        restriction::lift_for,
    },
    policy::Target,
};
use entity::{customer, data_request, data_request_pause, enums::DataRequestType, ids::DataRequestId};
use sea_orm::EntityTrait;

pub(super) const PATH: &str = "dataRequestId";

/// A request under way, locked, and its customer, locked before it as everywhere; they may be gone by now.
#[derive(Debug)]
pub(super) struct Open {
    pub customer: customer::Model,
    pub request: Request,
    pub pauses: Vec<data_request_pause::Model>,
}

/// The request, whatever has become of it.
pub(super) async fn find(w: &mut Writer, id: DataRequestId) -> Result<Open, Stop> {
    let nothing = || not_found(PATH, "request");
    let found = w.one(data_request::Entity::find_by_id(id)).await?.ok_or_else(nothing)?;
    w.about(Target::customer(found.customer_id));
    let customer = w.lock(customer::Entity::find_by_id(found.customer_id)).await?.ok_or_else(nothing)?;
    w.lock(data_request::Entity::find_by_id(id)).await?.ok_or_else(nothing)?;
    let pauses = pauses(w, &[id]).await?.remove(&id).unwrap_or_default();
    Ok(Open { customer, request: read(w, id).await?, pauses })
}

/// The request, if it is under way.
pub(super) async fn find_open(w: &mut Writer, id: DataRequestId) -> Result<Open, Stop> {
    let open = find(w, id).await?;
    if open.request.is_closed() {
        let message = "This request has been carried out, refused or taken back already.";
        return Err(Refusal::new(Code::RequestClosed, message).at(PATH).into());
    }
    Ok(open)
}

/// The request as it is now.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn read(w: &Writer, id: DataRequestId) -> Result<Request, Stop> {
    let found = by_ids(w, &[id]).await?.pop();
    found.ok_or_else(|| Broken::Stored("a request that was there is gone").into())
}

impl Open {
    /// The pause that lasts.
    pub(super) fn pause(&self) -> Option<&data_request_pause::Model> {
        self.pauses.iter().find(|pause| pause.resumed_at.is_none())
    }

    /// Ends the pause that lasts, if one does.
    pub(super) async fn resume(&mut self, w: &Writer) -> Result<(), Stop> {
        for pause in self.pauses.iter_mut().filter(|pause| pause.resumed_at.is_none()) {
            pause.resumed_at = Some(w.now());
            pause.resumed_by = Some(w.actor_name());
            w.update::<data_request_pause::Entity>(pause.clone()).await?;
        }
        Ok(())
    }

    /// Calls off what only the request asked for, now that it stands no longer, and judges the customer's map by what is
    /// left. Back comes how the request is then.
    pub(super) async fn give_back(&self, w: &Writer, catalog: &Catalog) -> Result<Request, Stop> {
        let request = &self.request.row;
        let gathers = matches!(request.kind, DataRequestType::Access | DataRequestType::Portability);
        // What is gone does not come back; but nobody has to gather anything.
        if request.verified_at.is_some() && self.customer.disposed_as.is_some() && !gathers {
            return Err(gone(PATH).into());
        }
        if request.verified_at.is_some() {
            give_back(w, request.id).await?;
            if lift_for(w, catalog, &self.customer, request.id).await?.is_none() {
                settle(w, catalog, &self.customer).await?;
            }
        }
        read(w, request.id).await
    }

    /// Stores the request as `row` says, due when its clock says. Back comes how it is then.
    pub(super) async fn store(
        &self,
        w: &Writer,
        catalog: &Catalog,
        row: data_request::Model,
    ) -> Result<Request, Stop> {
        let (zone, pauses) = (catalog.zone(), pauses_of(&self.pauses));
        let due = clock(&row, &pauses, &zone).due(w.now()).map_or(row.due_at, |due| due.over_at);
        w.update::<data_request::Entity>(data_request::Model { due_at: due, ..row }).await?;
        w.changed(self.customer.id, &["dataRequests"]);
        read(w, self.request.row.id).await
    }
}
