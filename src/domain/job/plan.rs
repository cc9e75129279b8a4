//! What becomes of the customers is found out, some at a time, by making the change and taking it back.

use super::{
    chunk::{Chunk, Portion, refuse},
    lease::{Leased, Step, in_hand},
};
use crate::{
    access::{Command, Sql, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        disposal::{BulkHash, BulkPlan, Judged, Part},
        erasure::Leaving,
    },
    policy::{Action, Target},
};
use entity::{
    enums::{CustomerStatus, JobCustomerState, JobState, JobStep},
    ids::CustomerId,
    job, job_customer,
    json::SmallGroups,
};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// Hashes that are read at a time.
const HASHES: i64 = 10_000;

/// Plans the next ones.
#[derive(Clone, Debug)]
pub struct PlanNext {
    pub catalog: Arc<Catalog>,
    pub leased: Leased,
    pub portion: Portion,
}

impl Command for PlanNext {
    const ACTION: Action = Action::RunJob;
    /// `None`: everybody is in it, and it is to be ended.
    type Output = Option<Step>;

    fn target(&self) -> Target {
        Target::thing(self.leased.id)
    }

    async fn run(self, w: &mut Writer) -> Result<Option<Step>, Stop> {
        let Some(row) = in_hand(w, self.leased).await? else { return Ok(Some(Step::Over)) };
        let catalog = &*catalog::held(w, &self.catalog).await?;
        let (row, plan) = plan_of(w, row).await?;
        let Some(chunk) = Chunk::next(w, &row, JobCustomerState::Selected, self.portion).await? else {
            if self.portion.after > 0 {
                return Ok(Some(Step::Nobody));
            }
            w.update::<job::Entity>(row).await?;
            return Ok(None);
        };
        let parts = planned(w, catalog, &chunk).await?;
        note(w, &row, &parts).await?;
        let keep = parts.iter().filter(|part| part.keeps).count();
        plan.add(w, parts).await?;
        let row = job::Model {
            failed: row.failed + refuse(w, &row, &chunk.refused).await?,
            kept_by_law: row.kept_by_law + i64::try_from(keep).unwrap_or_default(),
            ..row
        };
        w.update::<job::Entity>(row).await?;
        Ok(Some(Step::Next(JobStep::Plan)))
    }
}

/// Ends a plan that everybody is in: then it is the end of a dry run, or is carried out.
#[derive(Clone, Debug)]
pub struct EndPlan {
    pub leased: Leased,
    /// As they were when everybody was in it, where somebody wants to know.
    pub small_groups: Option<SmallGroups>,
}

impl Command for EndPlan {
    const ACTION: Action = Action::RunJob;
    type Output = Step;

    fn target(&self) -> Target {
        Target::thing(self.leased.id)
    }

    async fn run(self, w: &mut Writer) -> Result<Step, Stop> {
        let Some(row) = in_hand(w, self.leased).await? else { return Ok(Step::Over) };
        let (row, plan) = plan_of(w, row).await?;
        end(w, row, plan, self.small_groups).await
    }
}

/// The work's plan; a new one where there is none, or where its time was over.
async fn plan_of(w: &Writer, row: job::Model) -> Result<(job::Model, BulkPlan), Stop> {
    if let Some(id) = row.disposal_plan_id
        && let Some(plan) = BulkPlan::of(w, id).await?
    {
        return Ok((row, plan));
    }
    let mut sql = Sql::new("UPDATE job_customer SET state = 'SELECTED', plan_hash = NULL WHERE job_id = ");
    sql.bind(row.id.0).push(" AND state = 'PLANNED'");
    w.execute(sql).await?;
    let plan = BulkPlan::begin(w, &row).await?;
    Ok((job::Model { disposal_plan_id: Some(plan.0.id), kept_by_law: 0, ..row }, plan))
}

/// What would become of these, who stay as they are.
async fn planned(w: &Writer, catalog: &Catalog, chunk: &Chunk) -> Result<Vec<Part>, Stop> {
    if chunk.customers.is_empty() {
        return Ok(Vec::new());
    }
    let before = chunk.before(w).await?;
    let rehearsal = w.rehearse().await?;
    let leaving = Leaving::begin(w, chunk.customers.clone(), CustomerStatus::Anonymized).await?;
    let lines = leaving.judged(w, catalog).await?;
    w.take_back(rehearsal).await?;
    Ok(parts(catalog, &leaving, &lines, &before))
}

/// What is said of each of them.
pub(super) fn parts(
    catalog: &Catalog,
    leaving: &Leaving,
    lines: &[Judged],
    before: &HashMap<CustomerId, String>,
) -> Vec<Part> {
    let mut of = HashMap::<CustomerId, Vec<&Judged>>::new();
    for one in lines {
        of.entry(one.line.customer_id).or_default().push(one);
    }
    let part = |customer: &entity::customer::Model| {
        let ended = leaving.ended.iter().filter(|(whose, _)| *whose == customer.id);
        let ended = ended.map(|(_, consent)| *consent).collect();
        let before = before.get(&customer.id).map(String::as_str).unwrap_or_default();
        Part::new(catalog, customer, of.remove(&customer.id).unwrap_or_default(), ended, before)
    };
    leaving.customers.iter().map(part).collect()
}

async fn note(w: &Writer, row: &job::Model, parts: &[Part]) -> Result<(), Stop> {
    if parts.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("WITH part (id, hash) AS (VALUES ");
    for (at, part) in parts.iter().enumerate() {
        sql.push(if at == 0 { "(" } else { ", (" }).bind(part.customer.0).push(", ");
        sql.bind(part.hash.clone()).push(")");
    }
    sql.push(") UPDATE job_customer SET state = 'PLANNED', plan_hash = part.hash FROM part ");
    sql.push("WHERE job_customer.customer_id = part.id AND job_customer.job_id = ").bind(row.id.0);
    w.execute(sql).await.map(drop)
}

#[derive(FromQueryResult)]
struct Hash {
    customer_id: CustomerId,
    plan_hash: Vec<u8>,
}

/// Over all that were planned.
async fn hash_of(w: &Writer, row: &job::Model) -> Result<BulkHash, Stop> {
    let (mut hash, mut after) = (BulkHash::default(), Uuid::nil());
    loop {
        let mut sql = Sql::new("SELECT customer_id, plan_hash FROM job_customer WHERE job_id = ");
        sql.bind(row.id.0).push(" AND state = 'PLANNED' AND customer_id > ").bind(after);
        sql.push(" ORDER BY customer_id LIMIT ").bind(HASHES);
        let some = w.numbers::<Hash>(sql).await?;
        let Some(last) = some.last() else { return Ok(hash) };
        after = last.customer_id.0;
        for one in some {
            hash.add(one.customer_id, &one.plan_hash);
        }
    }
}

async fn end(
    w: &Writer,
    row: job::Model,
    plan: BulkPlan,
    small_groups: Option<SmallGroups>,
) -> Result<Step, Stop> {
    let left_out = job_customer::Entity::find()
        .filter(job_customer::Column::JobId.eq(row.id))
        .filter(job_customer::Column::State.eq(JobCustomerState::Selected));
    // What says until which day something stays is another plan by now.
    if plan.0.expires_at <= w.now() || w.exists(left_out).await? {
        w.update::<job::Entity>(job::Model { disposal_plan_id: None, ..row }).await?;
        return Ok(Step::Next(JobStep::Plan));
    }
    plan.end(w, hash_of(w, &row).await?, small_groups).await?;
    let row = if row.dry_run {
        job::Model { state: JobState::Preview, finished_at: Some(w.now()), taken_until: None, ..row }
    } else {
        job::Model { step: JobStep::CarryOut, ..row }
    };
    let row = w.update::<job::Entity>(row).await?;
    Ok(if row.state == JobState::Running { Step::Next(JobStep::CarryOut) } else { Step::Over })
}
