//! What is to be done by now: the program does what is its own, and asks people for the rest.

use super::DisposeOfProfile;
use crate::{
    access::{Command, Door, Inquiry, Reader, Sql, Stop, Writer},
    domain::catalog::Catalog,
    policy::{Action, Target},
};
use entity::ids::{CustomerId, SystemId, TaskId};
use sea_orm::FromQueryResult;
use std::{collections::BTreeSet, sync::Arc};

/// Tasks that are looked at together.
const AT_ONCE: i64 = 500;

/// A task whose time has come.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Due {
    pub id: TaskId,
    pub system_id: SystemId,
}

/// The first tasks whose time has come, longest due first, except those that were tried in this pass.
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
    /// Of how many customers.
    type Output = usize;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<usize, Stop> {
        let ready = |sql: &mut Sql| {
            sql.push(" WHERE state = 'PENDING' AND next_attempt_at <= ").bind(w.now());
            sql.push(" AND id IN ").list(self.tasks.iter().map(|id| id.0));
        };
        let mut sql = Sql::new("SELECT DISTINCT customer_id FROM task");
        ready(&mut sql);
        let whose = w.numbers::<Whose>(sql).await?;
        let mut sql = Sql::new("UPDATE task SET state = 'NEEDS_HUMAN'");
        ready(&mut sql);
        w.execute(sql).await?;
        for one in &whose {
            w.changed(one.customer_id, &["tasks"]);
        }
        Ok(whose.len())
    }
}

/// What a pass has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worked {
    /// Tasks that the program did.
    pub done: usize,
    /// Tasks that it left to people.
    pub left: usize,
    /// Tasks that failed. They are tried again in the next pass.
    pub failed: usize,
}

/// Does, or leaves to people, every task whose time has come. Several servers may do so side by side.
///
/// # Errors
/// When it cannot be told what there is to do. Where only some of it fails, the rest is done.
pub async fn work(door: &Arc<Door>, catalog: &Arc<Catalog>) -> Result<Worked, Stop> {
    let access = |operation| door.program("worker", operation);
    let own = catalog.built_in_system().map(|system| system.id);
    let (mut worked, mut tried) = (Worked::default(), BTreeSet::new());
    loop {
        let find = DueTasks { tried: tried.iter().copied().collect() };
        let due = access("findDueTasks").read(find).await?;
        let (ours, theirs): (Vec<Due>, Vec<Due>) =
            due.iter().copied().partition(|task| Some(task.system_id) == own);
        for task in ours {
            let dispose = DisposeOfProfile { catalog: catalog.clone(), task: task.id };
            match access("disposeOfProfile").write(dispose).await {
                Ok(true) => worked.done += 1,
                Ok(false) => {
                    tried.insert(task.id);
                }
                Err(error) => {
                    tracing::warn!(%error, task.id = %task.id, "a task could not be done");
                    worked.failed += 1;
                    tried.insert(task.id);
                }
            }
        }
        if !theirs.is_empty() {
            let tasks = theirs.iter().map(|task| task.id).collect::<Vec<_>>();
            worked.left += tasks.len();
            access("handOverTasks").write(HandOver { tasks }).await?;
        }
        let all = i64::try_from(due.len()).is_ok_and(|found| found < AT_ONCE);
        if all || tried.len() > 10 * usize::try_from(AT_ONCE).unwrap_or_default() {
            return Ok(worked);
        }
    }
}
