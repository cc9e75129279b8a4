//! Takes bulk work in hand, for a while: what a worker left unfinished, another takes up when its time is over.

use crate::{
    access::{Command, Inquiry, Reader, Sql, Stop, Writer},
    policy::{Action, Target},
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    enums::{JobCustomerState, JobState, JobStep},
    ids::JobId,
    job,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Func, LockBehavior, LockType},
};

/// How long it stays in hand after each chunk.
const IN_HAND: TimeDelta = TimeDelta::minutes(1);

/// Whether there is bulk work that nobody has in hand.
#[derive(Clone, Copy, Debug)]
pub struct JobsDue;

#[derive(FromQueryResult)]
struct Any {
    any: i64,
}

impl Inquiry for JobsDue {
    const ACTION: Action = Action::RunJob;
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<bool, Stop> {
        let mut sql = Sql::new(
            "SELECT count(*) AS any FROM job WHERE state = 'QUEUED' OR (state = 'RUNNING' AND taken_until <= ",
        );
        sql.bind(r.now()).push(")");
        Ok(r.numbers::<Any>(sql).await?.iter().any(|row| row.any > 0))
    }
}

/// Bulk work in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leased {
    pub id: JobId,
    /// Which time it was taken in hand: what is said of it counts only for as long as nobody else has done so since.
    pub lease: i64,
    pub step: JobStep,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// More of the same, or what follows it.
    Next(JobStep),
    /// There is nobody beyond those who were to be left as they are.
    Nobody,
    /// Nothing: it waits for people, is over, was called off, or is in somebody else's hands by now.
    Over,
}

/// Takes the bulk work in hand that waits longest.
#[derive(Clone, Copy, Debug)]
pub struct LeaseJob;

impl Command for LeaseJob {
    const ACTION: Action = Action::RunJob;
    type Output = Option<Leased>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Option<Leased>, Stop> {
        let abandoned = job::Column::State.eq(JobState::Running).and(job::Column::TakenUntil.lte(w.now()));
        let next = job::Entity::find()
            .filter(Condition::any().add(job::Column::State.eq(JobState::Queued)).add(abandoned))
            .order_by_asc(Func::coalesce([
                Expr::col(job::Column::TakenUntil),
                Expr::col(job::Column::CreatedAt),
            ]))
            .order_by_asc(job::Column::Id)
            .limit(1)
            .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked);
        let Some(row) = w.one(next).await? else { return Ok(None) };
        w.about(Target::thing(row.id));
        let row = job::Model {
            state: JobState::Running,
            lease: row.lease + 1,
            started_at: row.started_at.or_else(|| Some(w.now())),
            taken_until: Some(taken_until(w.now())),
            ..row
        };
        let job::Model { id, lease, step, .. } = w.update::<job::Entity>(row).await?;
        Ok(Some(Leased { id, lease, step }))
    }
}

/// Gives bulk work back, so that others have their turn; it is due again after a while.
#[derive(Clone, Copy, Debug)]
pub struct PutBack {
    pub leased: Leased,
    pub later: TimeDelta,
}

impl Command for PutBack {
    const ACTION: Action = Action::RunJob;
    type Output = ();

    fn target(&self) -> Target {
        Target::thing(self.leased.id)
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        if let Some(row) = in_hand(w, self.leased).await? {
            let row = job::Model { taken_until: Some(w.now() + self.later), ..row };
            w.update::<job::Entity>(row).await?;
        }
        Ok(())
    }
}

/// Whether anybody has come beyond this step.
#[derive(Clone, Copy, Debug)]
pub struct AnyDone {
    pub leased: Leased,
    pub step: JobStep,
}

impl Inquiry for AnyDone {
    const ACTION: Action = Action::RunJob;
    type Output = bool;

    fn target(&self) -> Target {
        Target::thing(self.leased.id)
    }

    async fn run(self, r: &Reader) -> Result<bool, Stop> {
        let beyond =
            if self.step == JobStep::CarryOut { JobCustomerState::Done } else { JobCustomerState::Planned };
        let mut sql = Sql::new("SELECT count(*) AS any FROM job_customer WHERE job_id = ");
        sql.bind(self.leased.id.0).push(" AND state = ").bind(beyond);
        Ok(r.numbers::<Any>(sql).await?.iter().any(|row| row.any > 0))
    }
}

fn taken_until(now: DateTime<Utc>) -> DateTime<Utc> {
    now + IN_HAND
}

/// Bulk work in hand, locked, if this lease of it is the last one and nobody has called it off. It stays in hand for a while longer.
pub(super) async fn in_hand(w: &Writer, leased: Leased) -> Result<Option<job::Model>, Stop> {
    let row = w.lock(job::Entity::find_by_id(leased.id)).await?;
    let row = row.filter(|row| row.lease == leased.lease && row.state == JobState::Running);
    Ok(row.map(|row| job::Model { taken_until: Some(taken_until(w.now())), ..row }))
}
