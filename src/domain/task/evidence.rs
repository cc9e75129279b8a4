//! How it is known what came of tasks.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    policy::{Action, Target},
};
use entity::{ids::TaskId, task_evidence, touch::Recorded};

/// The evidence of those of these tasks that have any.
#[derive(Clone, Debug)]
pub struct EvidenceOfTasks(pub Vec<TaskId>);

impl Inquiry for EvidenceOfTasks {
    const ACTION: Action = Action::SeeTasks;
    type Output = Vec<task_evidence::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<task_evidence::Model>, Stop> {
        let mut sql = Sql::new("SELECT * FROM task_evidence WHERE task_id IN ");
        sql.list(self.0.iter().map(|id| id.0));
        r.rows(sql, task_evidence::Entity::touch).await
    }
}
