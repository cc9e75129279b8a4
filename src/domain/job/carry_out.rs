//! Customers are anonymized, some at a time: all that happens to one in one transaction, which is on record with them.

use super::{
    chunk::{Chunk, Portion, becomes, refuse},
    lease::{Leased, Step, in_hand},
    plan::parts,
};
use crate::{
    access::{Code, Command, Sql, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        disposal::{BulkPlan, Judged, Part, carry_out_without},
        erasure::{Destroys, Intents, Leaving},
        task::Why,
    },
    ledger::Ledger,
    policy::{Action, Target},
};
use entity::{
    customer,
    enums::{CustomerStatus, JobCustomerState, JobState, JobStep},
    ids::CustomerId,
    job,
};
use sea_orm::FromQueryResult;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Anonymizes the next ones. Whoever is not any more as was planned is left out: somebody may have looked at that, or they came back.
#[derive(Clone, Debug)]
pub struct AnonymizeNext {
    pub catalog: Arc<Catalog>,
    pub leased: Leased,
    /// Work about more customers than these waits for a second person.
    pub approval_above: u64,
    pub portion: Portion,
    intents: Intents,
}

impl AnonymizeNext {
    /// `ledger` says so before anything is destroyed.
    #[must_use]
    pub fn new(
        catalog: Arc<Catalog>,
        ledger: Arc<Ledger>,
        leased: Leased,
        (approval_above, portion): (u64, Portion),
    ) -> Self {
        Self { catalog, leased, approval_above, portion, intents: Intents::new(ledger) }
    }
}

impl Destroys for AnonymizeNext {
    fn intents(&self) -> &Intents {
        &self.intents
    }
}

impl Command for AnonymizeNext {
    const ACTION: Action = Action::AnonymizeMany;
    type Output = Step;

    fn target(&self) -> Target {
        Target::thing(self.leased.id)
    }

    async fn run(self, w: &mut Writer) -> Result<Step, Stop> {
        let Some(row) = in_hand(w, self.leased).await? else { return Ok(Step::Over) };
        if row.approved_at.is_none()
            && u64::try_from(row.total - row.failed).is_ok_and(|all| all > self.approval_above)
        {
            let row = job::Model { state: JobState::AwaitingApproval, taken_until: None, ..row };
            w.update::<job::Entity>(row).await?;
            return Ok(Step::Over);
        }
        let catalog = &*catalog::held(w, &self.catalog).await?;
        let Some(mut chunk) = Chunk::next(w, &row, JobCustomerState::Planned, self.portion).await? else {
            if self.portion.after > 0 {
                return Ok(Step::Nobody);
            }
            let row = job::Model { state: JobState::AwaitingTasks, taken_until: None, ..row };
            w.update::<job::Entity>(row).await?;
            return Ok(Step::Over);
        };
        let leaving = leave(w, catalog, &row, &mut chunk).await?;
        let failed = refuse(w, &row, &chunk.refused).await?;
        let done = match leaving {
            Some((leaving, lines)) => self.destroy(w, catalog, &row, leaving, &lines).await?,
            None => 0,
        };
        let row = job::Model { done: row.done + done, failed: row.failed + failed, ..row };
        w.update::<job::Entity>(row).await?;
        Ok(Step::Next(JobStep::CarryOut))
    }
}

/// Ends what they have with the company; whoever is not as was planned stays as they are.
async fn leave(
    w: &Writer,
    catalog: &Catalog,
    row: &job::Model,
    chunk: &mut Chunk,
) -> Result<Option<(Leaving, Vec<Judged>)>, Stop> {
    let begin = async |customers: &[customer::Model]| {
        let leaving = Leaving::begin(w, customers.to_vec(), CustomerStatus::Anonymized).await?;
        let lines = leaving.judged(w, catalog).await?;
        Ok::<_, Stop>((leaving, lines))
    };
    if chunk.customers.is_empty() {
        return Ok(None);
    }
    let before = chunk.before(w).await?;
    let rehearsal = w.rehearse().await?;
    let (leaving, lines) = begin(&chunk.customers).await?;
    let parts = parts(catalog, &leaving, &lines, &before);
    let changed = changed(w, row, parts).await?;
    if changed.is_empty() {
        return Ok(Some((leaving, lines)));
    }
    w.take_back(rehearsal).await?;
    chunk.refused.extend(changed.iter().map(|customer| (*customer, Code::PlanChanged)));
    chunk.customers.retain(|customer| !changed.contains(&customer.id));
    if chunk.customers.is_empty() {
        return Ok(None);
    }
    begin(&chunk.customers).await.map(Some)
}

#[derive(FromQueryResult)]
struct Hash {
    customer_id: CustomerId,
    plan_hash: Vec<u8>,
}

/// Those of whom the plan says something else.
async fn changed(w: &Writer, row: &job::Model, parts: Vec<Part>) -> Result<HashSet<CustomerId>, Stop> {
    let mut sql = Sql::new("SELECT customer_id, plan_hash FROM job_customer WHERE job_id = ");
    sql.bind(row.id.0).push(" AND customer_id IN ");
    sql.list(parts.iter().map(|part| part.customer.0));
    let said = w.numbers::<Hash>(sql).await?;
    let said = said.into_iter().map(|one| (one.customer_id, one.plan_hash)).collect::<HashMap<_, _>>();
    let now = parts.into_iter().filter(|part| said.get(&part.customer) != Some(&part.hash));
    Ok(now.map(|part| part.customer).collect())
}

impl AnonymizeNext {
    async fn destroy(
        &self,
        w: &Writer,
        catalog: &Catalog,
        row: &job::Model,
        leaving: Leaving,
        lines: &[Judged],
    ) -> Result<i64, Stop> {
        let ids = leaving.customers.iter().map(|customer| customer.id).collect::<Vec<_>>();
        carry_out_without(w, catalog, lines, |_| Why::job(row.id), &[]).await?;
        let leavers = leaving.destroy(w, catalog, lines).await?;
        becomes(w, row, &ids, JobCustomerState::Done).await?;
        let plan = match row.disposal_plan_id {
            Some(id) => BulkPlan::of(w, id).await?,
            None => None,
        };
        let hash = plan.as_ref().map(|plan| plan.0.hash.clone());
        if let Some(plan) = plan {
            plan.begin_to_carry_out(w).await?;
        }
        // Last, as all else may still be refused.
        self.intents.write(w, &leavers, CustomerStatus::Anonymized, hash.as_deref()).await?;
        Ok(i64::try_from(ids.len()).unwrap_or(i64::MAX))
    }
}
