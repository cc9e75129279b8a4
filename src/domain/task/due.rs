//! What the program has to look at by now, and what of it is left to people.

use crate::{
    access::{Command, Inquiry, Reader, Sql, Stop, Writer},
    policy::{Action, Target},
};
use entity::{
    enums::TaskAction,
    ids::{CustomerId, SystemId, TaskId},
};
use sea_orm::{ActiveEnum, FromQueryResult};
use std::collections::BTreeSet;

/// Tasks that are looked at together.
const AT_ONCE: i64 = 500;

/// That nothing stands in the way of the task `t`. While somebody's data is only kept, on their own request (Art. 18), it is
/// not disposed of; what they asked to see first goes when it has been gathered there; and a copy waits for a correction that
/// is being made there.
pub(super) fn may_be_done(t: &str) -> String {
    format!(
        "({t}.action NOT IN ('ERASE', 'ANONYMIZE') OR NOT EXISTS (SELECT 1 FROM customer c \
         WHERE c.id = {t}.customer_id AND c.status = 'RESTRICTED' AND c.disposed_as IS NULL) AND NOT EXISTS (SELECT 1 \
         FROM task e WHERE e.customer_id = {t}.customer_id AND e.system_id = {t}.system_id AND e.action = 'EXPORT' \
         AND e.finished_at IS NULL)) \
         AND ({t}.action <> 'EXPORT' OR NOT EXISTS (SELECT 1 FROM task r WHERE r.customer_id = {t}.customer_id \
         AND r.system_id = {t}.system_id AND r.action = 'RECTIFY' AND r.finished_at IS NULL AND r.state IN ('PENDING', 'RUNNING', 'RETRYING')))"
    )
}

/// The states in which a worker may take a task in hand: that of being in hand when whoever has it must be gone by now, and
/// that of waiting when it is time for a reminder.
const TO_TRY: &str =
    "t.finished_at IS NULL AND t.state IN ('PENDING', 'RETRYING', 'RUNNING', 'AWAITING_THIRD_PARTY')";

/// The systems at which a task's time has come.
#[derive(Clone, Copy, Debug)]
pub struct SystemsWithWork;

#[derive(FromQueryResult)]
struct At {
    id: SystemId,
}

impl Inquiry for SystemsWithWork {
    const ACTION: Action = Action::CarryOutTasks;
    type Output = Vec<SystemId>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<SystemId>, Stop> {
        let mut sql = Sql::new(
            "SELECT y.id FROM system y WHERE EXISTS (SELECT 1 FROM task t WHERE t.system_id = y.id AND ",
        );
        sql.push(TO_TRY)
            .push(" AND t.next_attempt_at <= ")
            .bind(r.now())
            .push(" AND ")
            .push(&may_be_done("t"));
        sql.push(") ORDER BY y.id");
        Ok(r.numbers::<At>(sql).await?.into_iter().map(|row| row.id).collect())
    }
}

/// The first of one system's tasks whose time has come, longest due first, except these, and what its connector can do.
#[derive(Clone, Debug)]
pub struct DueTasks {
    pub system: SystemId,
    pub able: Vec<TaskAction>,
    pub except: Vec<TaskId>,
}

#[derive(FromQueryResult)]
struct Due {
    id: TaskId,
}

impl Inquiry for DueTasks {
    const ACTION: Action = Action::CarryOutTasks;
    type Output = Vec<TaskId>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<TaskId>, Stop> {
        let mut sql = Sql::new("SELECT t.id FROM task t WHERE t.system_id = ");
        sql.bind(self.system.0).push(" AND ").push(TO_TRY).push(" AND t.next_attempt_at <= ").bind(r.now());
        sql.push(" AND ").push(&may_be_done("t"));
        not_able(&mut sql, &self.able);
        if !self.except.is_empty() {
            sql.push(" AND t.id NOT IN ").list(self.except.iter().map(|id| id.0));
        }
        sql.push(" ORDER BY t.next_attempt_at, t.id LIMIT ").bind(AT_ONCE);
        Ok(r.numbers::<Due>(sql).await?.into_iter().map(|row| row.id).collect())
    }
}

fn not_able(sql: &mut Sql, able: &[TaskAction]) {
    if !able.is_empty() {
        sql.push(" AND t.action NOT IN ").list(able.iter().map(ActiveEnum::to_value));
    }
}

/// Whether an answer that should have come by now has not.
#[derive(Clone, Copy, Debug)]
pub struct AnswersOverdue;

impl Inquiry for AnswersOverdue {
    const ACTION: Action = Action::CarryOutTasks;
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<bool, Stop> {
        let mut sql = Sql::new("SELECT t.id FROM task t WHERE ");
        unanswered(&mut sql, r.now());
        sql.push(" LIMIT 1");
        Ok(!r.numbers::<Due>(sql).await?.is_empty())
    }
}

fn unanswered(sql: &mut Sql, now: chrono::DateTime<chrono::Utc>) {
    // A reminder that could not be sent does not keep anybody from being asked.
    sql.push("t.state IN ('RETRYING', 'AWAITING_THIRD_PARTY') AND t.answer_by <= ").bind(now);
}

/// Leaves tasks to people, some at a time.
#[derive(Clone, Debug)]
pub enum HandOver {
    /// Those of a system whose time has come, except what its connector can do: whoever looks after the system does them.
    At { system: SystemId, able: Vec<TaskAction> },
    /// Those that should have been answered by now: somebody has to ask.
    Unanswered,
}

#[derive(FromQueryResult)]
struct Whose {
    customer_id: CustomerId,
}

impl Command for HandOver {
    const ACTION: Action = Action::CarryOutTasks;
    /// How many were left to people by this.
    type Output = usize;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<usize, Stop> {
        let mut sql = Sql::new("UPDATE task SET state = 'NEEDS_HUMAN', next_attempt_at = NULL");
        if matches!(self, Self::Unanswered) {
            sql.push(", last_error = ")
                .bind("No final answer came in time: ask them, and attest what they say.");
        }
        // Whatever became of them meanwhile: the conditions stand in the statement that changes them, too. In a form by which
        // nothing can be looked up: PostgreSQL may hold the index of what is to do for better than the key's, and go
        // through all of it for each task.
        let over = if matches!(self, Self::Unanswered) { "answer_by" } else { "next_attempt_at" };
        sql.push(&format!(" WHERE CASE WHEN finished_at IS NULL AND state <> 'NEEDS_HUMAN' THEN {over} <= "));
        sql.bind(w.now()).push(" ELSE false END AND id IN (SELECT t.id FROM task t WHERE ");
        match &self {
            Self::At { system, able } => {
                sql.push("t.system_id = ").bind(system.0).push(" AND ").push(TO_TRY);
                sql.push(" AND t.next_attempt_at <= ").bind(w.now()).push(" AND ").push(&may_be_done("t"));
                not_able(&mut sql, able);
            }
            Self::Unanswered => unanswered(&mut sql, w.now()),
        }
        sql.push(" ORDER BY t.next_attempt_at, t.id LIMIT ").bind(AT_ONCE).push(") RETURNING customer_id");
        let left = w.numbers::<Whose>(sql).await?;
        for customer in left.iter().map(|one| one.customer_id).collect::<BTreeSet<_>>() {
            w.changed(customer, &["tasks"]);
        }
        Ok(left.len())
    }
}
