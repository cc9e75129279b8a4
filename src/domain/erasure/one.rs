//! One customer goes, or it is said what that would be.

use super::{intents::Intents, leave::Leaving};
use crate::{
    access::{Sql, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks},
        customer::{Keyed, is_restricted, living, only_kept},
        data_request::{Request, put_on_record, read_request, take_over_all},
        disposal::{Asked, Draft, Judged, Planned, Subject, Verdict},
        task::{Why, done_for},
    },
};
use entity::{
    data_location, disposal_plan,
    enums::{Channel, CustomerStatus, TaskCause},
    ids::{CustomerId, DataLocationId, TaskId},
    task,
    touch::Recorded,
};
use std::sync::Arc;

/// What is asked for.
pub(super) struct Wanted<'a> {
    pub customer: CustomerId,
    pub becomes: CustomerStatus,
    pub reason: &'a str,
    /// By which way the customer's wish came, where a request is to be on record.
    pub channel: Option<Channel>,
    pub asked: &'a Asked,
    pub intents: &'a Intents,
}

/// Somebody who is gone here, or would be, and what follows.
#[derive(Clone, Debug)]
pub struct Erased {
    /// As they were, where only a plan was asked for.
    pub customer: Option<Keyed>,
    pub request: Option<Request>,
    pub plan: disposal_plan::Model,
    pub tasks: Vec<task::Model>,
    /// What the law or a hold keeps.
    pub kept: Vec<data_location::Model>,
}

/// Erases or anonymizes one customer.
///
/// # Errors
/// `CUSTOMER_GONE`, `CUSTOMER_RESTRICTED`, `CHOOSE_ONE`, `PLAN_CHANGED`, `PLAN_EXPIRED`.
pub(super) async fn carry_out(
    w: &mut Writer,
    catalog: &Arc<Catalog>,
    wanted: Wanted<'_>,
) -> Result<Erased, Stop> {
    let mut checks = Checks::new();
    let reason = checks.block("reason", wanted.reason, BLOCK);
    checks.finish()?;
    let catalog = &*catalog::held(w, catalog).await?;
    let customer = living(w, wanted.customer, "customerId").await?;
    if is_restricted(&customer) {
        return Err(only_kept("customerId").into());
    }
    let planned = Planned::begin(w, wanted.asked).await?;
    let leaving = Leaving::begin(w, vec![customer], wanted.becomes).await?;
    let request = match wanted.channel {
        Some(channel) => Some(put_on_record(w, catalog, wanted.customer, &reason, channel).await?),
        None => None,
    };
    let lines = leaving.judged(w, catalog).await?;
    let mut draft = Draft::default();
    draft.ends(leaving.ended.iter().map(|(_, consent)| *consent).collect());
    draft.because(&reason);
    draft.add(catalog, &leaving.customers, &lines);
    let subject = Subject {
        cause: TaskCause::Erasure,
        id: wanted.customer.0,
        wish: format!("{:?}", wanted.becomes),
        customer: Some(wanted.customer),
    };
    let why = |_: &Judged| request.map_or(Why::of(TaskCause::Erasure), Why::request);
    let kept = lines.iter().filter(|one| one.verdict == Verdict::Restrict).map(|one| one.line.id);
    let kept = kept.collect::<Vec<_>>();
    let dry_run = planned.is_dry_run();
    let (plan, opened) = planned.carry_out_for(w, catalog, &subject, &lines, draft, why).await?;
    if dry_run {
        let (customer, kept) = (shown(w, wanted.customer).await?, locations(w, &kept).await?);
        return Ok(Erased { customer, request: None, plan, tasks: Vec::new(), kept });
    }
    if let Some(request) = request {
        take_over_all(w, request).await?;
    }
    let leavers = leaving.destroy(w, catalog, &lines).await?;
    let (request, tasks) = match request {
        Some(request) => (Some(read_request(w, request).await?), done_for(w, request).await?),
        None => (None, tasks(w, wanted.customer, &opened).await?),
    };
    let (customer, kept) = (shown(w, wanted.customer).await?, locations(w, &kept).await?);
    // Last, as all else may still be refused.
    wanted.intents.write(w, &leavers, wanted.becomes, Some(&plan.hash)).await?;
    Ok(Erased { customer, request, plan, tasks, kept })
}

async fn shown(w: &Writer, customer: CustomerId) -> Result<Option<Keyed>, Stop> {
    let mut sql = Keyed::select();
    sql.push("WHERE c.id = ").bind(customer.0);
    Ok(w.rows(sql, Keyed::touch).await?.pop())
}

async fn locations(w: &Writer, ids: &[DataLocationId]) -> Result<Vec<data_location::Model>, Stop> {
    let mut sql = Sql::new("SELECT * FROM data_location WHERE id IN ");
    sql.list(ids.iter().map(|id| id.0)).push(" ORDER BY id");
    w.rows(sql, data_location::Entity::touch).await
}

/// What is being done, and what was opened and is done by now.
async fn tasks(w: &Writer, customer: CustomerId, opened: &[task::Model]) -> Result<Vec<task::Model>, Stop> {
    let opened = opened.iter().map(|task| task.id).collect::<Vec<TaskId>>();
    let mut sql = Sql::new("SELECT * FROM task WHERE customer_id = ");
    sql.bind(customer.0).push(" AND (finished_at IS NULL OR id IN ").list(opened.iter().map(|id| id.0));
    sql.push(") AND action IN ('ERASE', 'ANONYMIZE') ORDER BY id");
    w.rows(sql, task::Entity::touch).await
}
