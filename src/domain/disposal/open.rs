//! Carries verdicts out, as far as that is decided here: states change, and tasks are opened and called off. What a
//! task asks for is done at its system, and only that makes a line a tombstone.

use super::Judged;
use crate::{
    access::{Sql, Stop, Writer},
    domain::{
        catalog::Catalog,
        task::{Wanted, Why, carry_over, disposes, do_for_standing, forget_correction, open_tasks},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    enums::{DataLocationState, TaskAction, TaskCause, TaskOutcome, TaskState},
    ids::{CustomerId, DataLocationId, DataRequestId, JobId, SystemId, TaskId},
    task,
};
use sea_orm::FromQueryResult;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Most values that one statement takes.
const MOST: usize = 1_000;

/// How long what goes because of an import waits: the row that says that it is needed may be in the next chunk or the next
/// file, or have been left out to be put right.
pub(in crate::domain) const WHILE_IMPORTING: TimeDelta = TimeDelta::days(7);

/// What the lines of one task have in common.
type Group = (CustomerId, SystemId, TaskAction, DateTime<Utc>, Why);

/// A line of an open task; or of one whose holder answered that it stays, and that stands.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Open {
    #[sea_orm(alias = "data_location_id")]
    pub line: DataLocationId,
    task_id: TaskId,
    action: TaskAction,
    cause: TaskCause,
    data_request_id: Option<DataRequestId>,
    job_id: Option<JobId>,
    not_before: DateTime<Utc>,
    pub stays: bool,
}

impl Open {
    const fn why(&self) -> Why {
        Why { cause: self.cause, request: self.data_request_id, job: self.job_id }
    }

    /// Whether it waits because an import opened it, and what may go as soon as `not_before` goes on waiting. Whoever asks for
    /// it to go does not wait.
    fn waits(&self, not_before: Option<DateTime<Utc>>, cause: TaskCause) -> bool {
        let asked = matches!(cause, TaskCause::DataRequest | TaskCause::Erasure | TaskCause::BulkJob);
        self.cause == TaskCause::Import && !asked && not_before.is_none_or(|moment| moment <= self.not_before)
    }
}

/// Brings these lines, all those of their customers, into the states that they should be in. Back come the tasks that
/// this opened, and no other.
///
/// A task is all or nothing: where one of its lines is needed again, it is called off, and what remains gets another. How a
/// line goes stays as it was first decided, whatever is said of the next ones since.
pub(in crate::domain) async fn carry_out(
    w: &Writer,
    catalog: &Catalog,
    lines: &[Judged],
    cause: impl Fn(&Judged) -> TaskCause,
) -> Result<Vec<task::Model>, Stop> {
    carry_out_without(w, catalog, lines, |one| Why::of(cause(one)), &[]).await
}

/// The same, where these other lines of theirs are gone already: what was to be done with them is not to be done.
pub(in crate::domain) async fn carry_out_without(
    w: &Writer,
    catalog: &Catalog,
    lines: &[Judged],
    why: impl Fn(&Judged) -> Why,
    gone: &[DataLocationId],
) -> Result<Vec<task::Model>, Stop> {
    let pending = lines.iter().filter(|one| one.line.state == DataLocationState::DisposalPending);
    let pending = pending.map(|one| one.line.id).chain(gone.iter().copied()).collect::<Vec<_>>();
    let open = open(w, &pending).await?;
    let now = w.now();
    let fits = |one: &Judged, open: &Open| {
        one.verdict.task().is_some_and(|(_, not_before)| {
            open.stays
                || open.waits(not_before, why(one).cause)
                || not_before.map_or(open.not_before <= now, |moment| open.not_before == moment)
        })
    };
    // Tasks that no longer say what is to be done with each of their lines.
    let over = lines.iter().filter_map(|one| {
        let open = open.get(&one.line.id)?;
        (!open.stays && !fits(one, open)).then_some(open.task_id)
    });
    let gone = gone.iter().filter_map(|id| open.get(id)).filter(|open| !open.stays).map(|open| open.task_id);
    let over = over.chain(gone).collect::<BTreeSet<_>>();
    let mut groups = BTreeMap::<Group, Vec<&Judged>>::new();
    for one in lines {
        let Some((action, not_before)) = one.verdict.task() else { continue };
        let before = open.get(&one.line.id);
        if before.is_some_and(|open| !over.contains(&open.task_id)) {
            continue;
        }
        // What goes on with another task has the reason that it had.
        let before_fits = before.filter(|open| fits(one, open));
        let why = before_fits.map_or_else(|| why(one), Open::why);
        let action = before.map_or(action, |open| open.action);
        let mut at = not_before.unwrap_or(now);
        if why.cause == TaskCause::Import {
            at = at.max(before_fits.map_or(now + WHILE_IMPORTING, |open| open.not_before));
        }
        let group = (one.line.customer_id, one.line.system_id, action, at, why);
        groups.entry(group).or_default().push(one);
    }
    call_off(w, &over).await?;
    let tasks = open_tasks(w, catalog, wanted(groups)).await?;
    carry_over(w, &over, tasks.iter().map(|task| task.id)).await?;
    do_for_standing(w, &tasks).await?;
    let needed = lines.iter().filter(|one| one.verdict.task().is_none());
    let overtaken = needed.filter(|one| open.get(&one.line.id).is_some_and(|open| open.stays));
    overtake(w, &overtaken.map(|one| one.line.id).collect::<Vec<_>>()).await?;
    change_states(w, lines).await?;
    Ok(tasks)
}

/// That a disposal `t` of a line, as `x`, is open, or that its holder answered that it stays and nothing came since.
pub(super) const UNSETTLED: &str = "t.action IN ('ERASE', 'ANONYMIZE') AND (t.finished_at IS NULL \
    OR (t.outcome IN ('KEPT', 'IMPOSSIBLE') AND NOT x.overtaken))";

/// The open disposals of these lines.
pub(super) async fn open(
    w: &Writer,
    lines: &[DataLocationId],
) -> Result<HashMap<DataLocationId, Open>, Stop> {
    let mut found = HashMap::new();
    for some in lines.chunks(MOST) {
        let mut sql = Sql::new(
            "SELECT x.data_location_id, t.id AS task_id, t.action, t.cause, t.data_request_id, t.job_id, t.not_before, \
             t.finished_at IS NOT NULL AS stays FROM task t JOIN task_location x ON x.task_id = t.id WHERE ",
        );
        sql.push(UNSETTLED).push(" AND x.data_location_id IN ").list(some.iter().map(|id| id.0));
        found.extend(w.numbers::<Open>(sql).await?.into_iter().map(|open| (open.line, open)));
    }
    Ok(found)
}

/// Of these lines, those on their way out that may go sooner than was decided, for `cause`: their grace has become shorter.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn sooner(
    w: &Writer,
    lines: &[Judged],
    cause: TaskCause,
) -> Result<BTreeSet<DataLocationId>, Stop> {
    let pending = lines.iter().filter(|one| one.line.state == DataLocationState::DisposalPending);
    let open = open(w, &pending.map(|one| one.line.id).collect::<Vec<_>>()).await?;
    let sooner = lines.iter().filter(|one| {
        let Some((_, not_before)) = one.verdict.task() else { return false };
        let decided = open.get(&one.line.id).filter(|open| !open.stays && !open.waits(not_before, cause));
        decided.is_some_and(|open| open.not_before > not_before.unwrap_or_else(|| w.now()))
    });
    Ok(sooner.map(|one| one.line.id).collect())
}

/// These lines are needed again: should they have to go another time, their holders are asked anew.
async fn overtake(w: &Writer, lines: &[DataLocationId]) -> Result<(), Stop> {
    for some in lines.chunks(MOST) {
        let mut sql = Sql::new("UPDATE task_location SET overtaken = true WHERE data_location_id IN ");
        sql.list(some.iter().map(|id| id.0));
        w.execute(sql).await?;
    }
    Ok(())
}

/// Whatever the holders of these lines answered, they are asked anew.
pub(in crate::domain) async fn ask_anew(w: &Writer, lines: &[DataLocationId]) -> Result<(), Stop> {
    overtake(w, lines).await
}

/// Calls off what no other request asks for and nobody has begun; what was to be gathered is no use to anybody. Its lines
/// are in use again, until somebody judges them by what is left. An attempt that failed may have begun it.
pub(in crate::domain) async fn give_back(w: &Writer, request: DataRequestId) -> Result<(), Stop> {
    let mut sql =
        Sql::new("SELECT t.* FROM task_request g JOIN task t ON t.id = g.task_id WHERE g.data_request_id = ");
    sql.bind(request.0).push(
        " AND t.cause = 'DATA_REQUEST' AND t.finished_at IS NULL AND (t.action = 'EXPORT' \
         OR (t.state <> 'RUNNING' AND t.sent_at IS NULL AND t.attempts = 0)) AND NOT EXISTS (SELECT 1 FROM task_request y \
         JOIN data_request q ON q.id = y.data_request_id AND q.rejected_at IS NULL AND q.withdrawn_at IS NULL \
         WHERE y.task_id = t.id AND y.data_request_id <> g.data_request_id)",
    );
    let tasks = w.numbers::<task::Model>(sql).await?;
    let Some(customer) = tasks.first().map(|task| task.customer_id) else { return Ok(()) };
    let mut sql = Sql::new(
        "UPDATE data_location SET state = 'HELD' WHERE held_to IS NULL AND state = 'DISPOSAL_PENDING' AND customer_id = ",
    );
    sql.bind(customer.0);
    sql.push(" AND id IN (SELECT x.data_location_id FROM task_location x WHERE x.task_id IN ");
    // What is on its way out for another reason stays that, when it is no longer to be gathered.
    let disposals = tasks.iter().filter(|task| disposes(task)).map(|task| task.id.0);
    sql.list(disposals).push(")");
    w.execute(sql).await?;
    // What was to be put right is sealed with them.
    for task in &tasks {
        forget_correction(w, task.id).await?;
    }
    w.changed(customer, &["dataLocations", "tasks"]);
    call_off(w, &tasks.iter().map(|task| task.id).collect()).await
}

async fn call_off(w: &Writer, tasks: &BTreeSet<TaskId>) -> Result<(), Stop> {
    let tasks = tasks.iter().map(|id| id.0).collect::<Vec<_>>();
    for some in tasks.chunks(MOST) {
        let mut sql = Sql::new("UPDATE task SET state = ");
        sql.bind(TaskState::Cancelled).push(", outcome = ").bind(TaskOutcome::Superseded);
        sql.push(", finished_at = ").bind(w.now()).push(" WHERE id IN ").list(some.iter().copied());
        w.execute(sql).await?;
    }
    Ok(())
}

fn wanted(groups: BTreeMap<Group, Vec<&Judged>>) -> Vec<Wanted> {
    let wanted = |((customer, system, action, at, why), lines): (Group, Vec<&Judged>)| Wanted {
        customer,
        system,
        action,
        lifts: false,
        at,
        why,
        lines: lines.iter().map(|one| one.line.id).collect(),
    };
    groups.into_iter().map(wanted).collect()
}

async fn change_states(w: &Writer, lines: &[Judged]) -> Result<(), Stop> {
    let mut by_state = BTreeMap::<DataLocationState, Vec<&Judged>>::new();
    for one in lines.iter().filter(|one| one.changes()) {
        let Some(state) = one.verdict.state() else { continue };
        by_state.entry(state).or_default().push(one);
        w.changed(one.line.customer_id, &["dataLocations"]);
        w.tells(one.line.customer_id, std::slice::from_ref(&one.line.category));
    }
    for (state, lines) in by_state {
        for some in lines.chunks(MOST) {
            let mut sql = Sql::new("UPDATE data_location SET state = ");
            sql.bind(state).push(" WHERE id IN ").list(some.iter().map(|one| one.line.id.0));
            w.execute(sql).await?;
        }
    }
    Ok(())
}
