//! What is to be done by now: the program does what is its own, and asks people for the rest.

use super::DisposeOfProfile;
use crate::{
    access::{Command, Door, Inquiry, Reader, Sql, Stop, Writer},
    domain::catalog::Catalog,
    policy::{Action, Target},
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{CustomerId, SystemId, TaskId};
use sea_orm::FromQueryResult;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// Tasks that are looked at together.
const AT_ONCE: i64 = 500;

/// A pass ends when so many tasks fail: something is wrong with the program, not with them.
const MOST_FAILING: usize = 5_000;

/// The longest wait before a task that failed is tried again.
const LONGEST: TimeDelta = TimeDelta::days(1);

/// A task whose time has come.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Due {
    pub id: TaskId,
    pub system_id: SystemId,
}

/// The first tasks whose time has come, longest due first, except those that are not to be tried right now.
#[derive(Clone, Debug)]
struct DueTasks {
    tried: Vec<TaskId>,
}

impl Inquiry for DueTasks {
    const ACTION: Action = Action::CarryOutTasks;
    type Output = Vec<Due>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<Due>, Stop> {
        let mut sql = Sql::new(
            // While somebody's data is only kept, on their own request (Art. 18), nothing is done with it.
            "SELECT t.id, t.system_id FROM task t JOIN customer c ON c.id = t.customer_id AND c.status <> 'RESTRICTED' \
             WHERE t.state = 'PENDING' AND t.action IN ('ERASE', 'ANONYMIZE') AND t.next_attempt_at <= ",
        );
        sql.bind(r.now());
        if !self.tried.is_empty() {
            sql.push(" AND t.id NOT IN ").list(self.tried.iter().map(|id| id.0));
        }
        sql.push(" ORDER BY t.next_attempt_at, t.id LIMIT ").bind(AT_ONCE);
        r.numbers(sql).await
    }
}

/// Leaves tasks to people: whoever looks after the systems.
#[derive(Clone, Debug)]
struct HandOver {
    tasks: Vec<TaskId>,
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
        let mut sql =
            Sql::new("UPDATE task SET state = 'NEEDS_HUMAN' WHERE state = 'PENDING' AND next_attempt_at <= ");
        sql.bind(w.now()).push(" AND id IN ").list(self.tasks.iter().map(|id| id.0));
        sql.push(" RETURNING customer_id");
        let left = w.numbers::<Whose>(sql).await?;
        for customer in left.iter().map(|one| one.customer_id).collect::<BTreeSet<_>>() {
            w.changed(customer, &["tasks"]);
        }
        Ok(left.len())
    }
}

/// Tasks that the program could not do, with how often it tried and when it tries again: each time after twice as long, up
/// to a day.
#[derive(Debug, Default)]
pub struct Failing(HashMap<TaskId, (u32, DateTime<Utc>)>);

impl Failing {
    fn failed(&mut self, task: TaskId, now: DateTime<Utc>) {
        let (tries, next) = self.0.entry(task).or_insert((0, now));
        let wait = TimeDelta::seconds(10 << (*tries).min(14)).min(LONGEST);
        (*tries, *next) = (tries.saturating_add(1), now + wait);
    }

    /// Those whose time has not come again. One that was not tried for long after it had is done or called off, perhaps by
    /// another server.
    fn waiting(&mut self, now: DateTime<Utc>) -> BTreeSet<TaskId> {
        self.0.retain(|_, (_, next)| *next + LONGEST > now);
        self.0.iter().filter(|(_, (_, next))| *next > now).map(|(task, _)| *task).collect()
    }
}

/// What a pass has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worked {
    /// Tasks that the program did.
    pub done: usize,
    /// Tasks that it left to people.
    pub left: usize,
    /// Tasks that failed. They are tried again, each time after twice as long.
    pub failed: usize,
}

/// Does, or leaves to people, every task whose time has come. Several servers may do so side by side.
///
/// # Errors
/// When it cannot be told what there is to do. Where only some of it fails, the rest is done.
pub async fn work(door: &Arc<Door>, catalog: &Arc<Catalog>, failing: &mut Failing) -> Result<Worked, Stop> {
    let access = |operation| door.program("worker", operation);
    let own = catalog.built_in_system().map(|system| system.id);
    let (mut worked, mut tried) = (Worked::default(), failing.waiting(door.now()));
    loop {
        let mut others_do_it = false;
        let find = DueTasks { tried: tried.iter().copied().collect() };
        let due = access("findDueTasks").read(find).await?;
        let (ours, theirs): (Vec<Due>, Vec<Due>) =
            due.iter().copied().partition(|task| Some(task.system_id) == own);
        for task in ours {
            tried.insert(task.id);
            let dispose = DisposeOfProfile { catalog: catalog.clone(), task: task.id };
            match access("disposeOfProfile").write(dispose).await {
                Ok(true) => {
                    worked.done += 1;
                    failing.0.remove(&task.id);
                }
                // Something keeps it by now, which the sweep will see to.
                Ok(false) => failing.failed(task.id, door.now()),
                Err(error) => {
                    tracing::warn!(%error, task.id = %task.id, "a task could not be done");
                    worked.failed += 1;
                    failing.failed(task.id, door.now());
                }
            }
        }
        if !theirs.is_empty() {
            let tasks = theirs.iter().map(|task| task.id).collect::<Vec<_>>();
            let left = access("handOverTasks").write(HandOver { tasks }).await?;
            worked.left += left;
            others_do_it = left == 0;
        }
        // What was done needs no leaving out, and a statement takes only so many.
        tried.retain(|task| failing.0.contains_key(task));
        let all = i64::try_from(due.len()).is_ok_and(|found| found < AT_ONCE);
        if all || others_do_it || tried.len() > MOST_FAILING {
            return Ok(worked);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_tried_again_after_twice_as_long_up_to_a_day_and_then_forgotten() {
        let (mut failing, task, mut now) =
            (Failing::default(), TaskId(uuid::Uuid::nil()), DateTime::UNIX_EPOCH);
        let mut waits = Vec::new();
        for _ in 0..16 {
            failing.failed(task, now);
            let until = failing.0[&task].1;
            assert!(failing.waiting(until - TimeDelta::microseconds(1)).contains(&task));
            assert!(failing.waiting(until).is_empty());
            waits.push((until - now).num_seconds());
            now = until;
        }
        assert_eq!((waits[..3].to_vec(), waits[13], waits[15]), (vec![10, 20, 40], 81_920, 86_400));
        failing.waiting(now + LONGEST);
        assert!(failing.0.is_empty());
    }
}
