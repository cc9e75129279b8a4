//! Bulk work is asked for. A worker does it.

use super::{
    narrow::narrows,
    selection::{AT_ONCE, checked, digest, is_of, no_selection},
};
use crate::{
    access::{Code, Command, Refusal, Sql, Stop, Writer},
    domain::{
        checks::{BLOCK, Checks, LINE},
        customer::CustomerFilter,
        disposal::BulkPlan,
    },
    policy::{Action, Target},
};
use entity::{
    customer_selection,
    enums::{JobCustomerState, JobState, JobStep, LookupKind},
    ids::{CustomerId, CustomerSelectionId, JobFailureId, JobId},
    job, job_customer, job_failure,
};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Whom it is about.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Whom {
    /// Ids as they were given, and as they are.
    Ids(Vec<(String, CustomerId)>),
    References(Vec<String>),
    Selection(CustomerSelectionId),
    Filter(Box<CustomerFilter>),
    /// Those of an earlier dry run, exactly as it said.
    Plan(String),
}

/// Those who are found while it runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum ToFind {
    Selection(CustomerSelectionId),
    Filter(Box<CustomerFilter>),
}

/// Asks for customers to be anonymized, or for what that would be. The same asked for again by the same name is the same work.
#[derive(Clone, Debug)]
pub struct BulkAnonymize {
    /// Empty or several: exactly one is needed.
    pub whom: Vec<Whom>,
    pub dry_run: bool,
    pub idempotency_key: String,
    pub reason: String,
}

impl Command for BulkAnonymize {
    const ACTION: Action = Action::BulkAnonymize;
    type Output = job::Model;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<job::Model, Stop> {
        let mut checks = Checks::new();
        let key = checks.line("idempotencyKey", &self.idempotency_key, LINE);
        let reason = checks.block("reason", &self.reason, BLOCK);
        checks.finish()?;
        let whom = one(&self.whom, self.dry_run)?;
        if let Whom::Filter(filter) = &whom {
            narrows(w, filter).await?;
        }
        // A list that was uploaded anew is the same one if the same is on it.
        let on_list = match &whom {
            Whom::Selection(list) => digest(w, *list).await?,
            _ => None,
        };
        let input = match on_list {
            Some(on_list) => serde_json::to_vec(&(json!({ "list": on_list }), self.dry_run, &reason)),
            None => serde_json::to_vec(&(&whom, self.dry_run, &reason)),
        };
        let input = input.unwrap_or_default();
        // Keyed: from the hash of a number somebody could find out whose it was.
        let input = hex::encode(Sha256::digest(input));
        let input_hash = w.lookup(LookupKind::Reference, &input);
        let requested_by = w.caller().actor.id();
        let same = job::Entity::find()
            .filter(job::Column::RequestedBy.eq(&requested_by))
            .filter(job::Column::IdempotencyKey.eq(&key));
        if let Some(row) = w.one(same).await? {
            let is_same = row.input_hash == input_hash
                || (row.dry_run == self.dry_run && row.reason == reason && is_of(w, &whom, row.id).await?);
            if !is_same {
                let message =
                    "You used this key before, with another input. Choose a new one for other work.";
                return Err(Refusal::new(Code::IdempotencyKeyReused, message).at("idempotencyKey").into());
            }
            w.about(Target::thing(row.id));
            return Ok(row);
        }
        let row = job::Model {
            id: JobId(w.id()),
            state: JobState::Queued,
            step: JobStep::Plan,
            dry_run: self.dry_run,
            requested_by,
            idempotency_key: key,
            input_hash,
            requested_by_name: w.actor_name(),
            reason,
            selection: None,
            selected_to: None,
            disposal_plan_id: None,
            approved_by_name: None,
            approved_at: None,
            cancel_reason: None,
            total: 0,
            done: 0,
            failed: 0,
            kept_by_law: 0,
            lease: 0,
            taken_until: None,
            created_at: w.now(),
            started_at: None,
            finished_at: None,
        };
        w.about(Target::thing(row.id));
        let row = w.insert::<job::Entity>(row).await?;
        let row = match whom {
            Whom::Ids(ids) => by_ids(w, row, ids).await?,
            Whom::References(references) => by_references(w, row, references).await?,
            Whom::Selection(selection) => by_selection(w, row, selection).await?,
            Whom::Filter(filter) => to_find(row, &ToFind::Filter(filter)),
            Whom::Plan(hash) => as_planned(w, row, &hash).await?,
        };
        w.update::<job::Entity>(row).await
    }
}

/// Exactly one way to say whom; those who are named are in order, and each is named once.
fn one(whom: &[Whom], dry_run: bool) -> Result<Whom, Stop> {
    let [whom] = whom else {
        let message =
            "Say whom by exactly one of `customerIds`, `references`, `selectionId`, `filter` and `planHash`.";
        return Err(Refusal::new(Code::ChooseOne, message).into());
    };
    match whom {
        Whom::Plan(_) if dry_run => {
            let message = "Ask for a plan, or name one to carry it out, not both.";
            return Err(Refusal::new(Code::ChooseOne, message).at("planHash").into());
        }
        Whom::Ids(ids) => {
            let mut checks = Checks::new();
            if ids.is_empty() {
                checks.refuse("customerIds", Code::Required, "Name at least one.");
            }
            checks.at_most("customerIds", ids, AT_ONCE);
            checks.finish()?;
            let ids = ids.iter().cloned().map(|(text, id)| (id, text)).collect::<BTreeSet<_>>();
            return Ok(Whom::Ids(ids.into_iter().map(|(id, text)| (text, id)).collect()));
        }
        Whom::References(references) => {
            let references = checked(references)?.into_iter().collect::<BTreeSet<_>>();
            return Ok(Whom::References(references.into_iter().collect()));
        }
        _ => {}
    }
    Ok(whom.clone())
}

fn nobody(field: &str) -> Stop {
    let message = "There is nobody in it.";
    Refusal::new(Code::NothingSelected, message).at(field).into()
}

#[derive(FromQueryResult)]
struct Known {
    id: CustomerId,
    reference: String,
}

async fn by_ids(w: &Writer, row: job::Model, ids: Vec<(String, CustomerId)>) -> Result<job::Model, Stop> {
    let wanted = ids.into_iter().map(|(text, id)| (id, text)).collect::<BTreeMap<_, _>>();
    let mut there = BTreeSet::new();
    let all = wanted.keys().map(|id| id.0).collect::<Vec<_>>();
    for some in all.chunks(1_000) {
        let mut sql = Sql::new("SELECT id, reference FROM customer WHERE id IN ");
        sql.list(some.iter().copied());
        there.extend(w.numbers::<Known>(sql).await?.into_iter().map(|known| known.id));
    }
    let unknown = wanted.iter().filter(|(id, _)| !there.contains(id)).map(|(_, text)| text.clone());
    let unknown = unknown.collect::<Vec<_>>();
    add(w, row, there, unknown, "customerIds").await
}

async fn by_references(w: &Writer, row: job::Model, references: Vec<String>) -> Result<job::Model, Stop> {
    let mut wanted = references.into_iter().collect::<BTreeSet<_>>();
    let mut there = BTreeSet::new();
    let all = wanted.iter().cloned().collect::<Vec<_>>();
    for some in all.chunks(1_000) {
        let mut sql = Sql::new("SELECT id, reference FROM customer WHERE reference IN ");
        sql.list(some.iter().cloned());
        for known in w.numbers::<Known>(sql).await? {
            wanted.remove(&known.reference);
            there.insert(known.id);
        }
    }
    add(w, row, there, wanted.into_iter().collect(), "references").await
}

/// With these customers, and with those whom nobody knows, who are failures of it.
async fn add(
    w: &Writer,
    row: job::Model,
    customers: BTreeSet<CustomerId>,
    unknown: Vec<String>,
    field: &str,
) -> Result<job::Model, Stop> {
    if customers.is_empty() {
        return Err(nobody(field));
    }
    let customer = |customer_id| job_customer::Model {
        job_id: row.id,
        customer_id,
        state: JobCustomerState::Selected,
        plan_hash: None,
    };
    let total = customers.len() + unknown.len();
    let customers = customers.into_iter().map(customer).collect::<Vec<_>>();
    w.insert_all::<job_customer::Entity>(&customers).await?;
    let failed = not_found(w, &row, unknown).await?;
    Ok(job::Model { total: i64::try_from(total).unwrap_or(i64::MAX), failed, ..row })
}

/// Notes that nobody has these numbers; how many they are.
pub(super) async fn not_found(w: &Writer, row: &job::Model, unknown: Vec<String>) -> Result<i64, Stop> {
    let failure = |reference| job_failure::Model {
        id: JobFailureId(w.id()),
        job_id: row.id,
        customer_id: None,
        reference: Some(reference),
        code: Code::NotFound.word().to_owned(),
        occurred_at: w.now(),
    };
    let failures = unknown.into_iter().map(failure).collect::<Vec<_>>();
    w.insert_all::<job_failure::Entity>(&failures).await?;
    Ok(i64::try_from(failures.len()).unwrap_or(i64::MAX))
}

fn to_find(row: job::Model, whom: &ToFind) -> job::Model {
    let selection = serde_json::to_value(whom).ok();
    job::Model { step: JobStep::Select, selection, ..row }
}

async fn by_selection(w: &Writer, row: job::Model, id: CustomerSelectionId) -> Result<job::Model, Stop> {
    let found = w.lock(customer_selection::Entity::find_by_id(id)).await?;
    let free = |list: &customer_selection::Model| list.job_id.is_none() && list.expires_at > w.now();
    let found = found.filter(|list| list.actor == row.requested_by && free(list));
    let list = found.ok_or_else(no_selection)?;
    if list.size == 0 {
        return Err(nobody("selectionId"));
    }
    let list = customer_selection::Model { job_id: Some(row.id), ..list };
    let list = w.update::<customer_selection::Entity>(list).await?;
    Ok(to_find(row, &ToFind::Selection(list.id)))
}

/// The customers of a dry run, as its plan says of them.
async fn as_planned(w: &Writer, row: job::Model, hash: &str) -> Result<job::Model, Stop> {
    let BulkPlan(plan) = BulkPlan::named(w, hash).await?;
    let preview = job::Entity::find()
        .filter(job::Column::DisposalPlanId.eq(plan.id))
        .filter(job::Column::State.eq(JobState::Preview));
    let changed = || {
        let message = "This plan is not known, or is being carried out already: ask for a new one.";
        Refusal::new(Code::PlanChanged, message).at("planHash")
    };
    let preview = w.lock(preview).await?.ok_or_else(changed)?;
    // Nobody else has taken it since it was looked for.
    let others = job::Entity::find()
        .filter(job::Column::DisposalPlanId.eq(plan.id))
        .filter(job::Column::State.is_not_in([JobState::Preview, JobState::Cancelled]));
    if w.exists(others).await? {
        return Err(changed().into());
    }
    let mut sql = Sql::new("INSERT INTO job_customer (job_id, customer_id, state, plan_hash) SELECT ");
    sql.bind(row.id.0).push(", customer_id, state, plan_hash FROM job_customer WHERE job_id = ");
    sql.bind(preview.id.0).push(" AND state = 'PLANNED'");
    let total = w.execute(sql).await?;
    if total == 0 {
        return Err(nobody("planHash"));
    }
    Ok(job::Model {
        step: JobStep::CarryOut,
        disposal_plan_id: Some(plan.id),
        total: i64::try_from(total).unwrap_or(i64::MAX),
        kept_by_law: preview.kept_by_law,
        ..row
    })
}
