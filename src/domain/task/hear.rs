//! A third party says by itself what came of what it was asked.

use super::{
    known_by::{lines_of, subjects},
    settle::{Heard, settle},
};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    connector::{Connectors, Failure, Message},
    domain::catalog::{self, Catalog},
    policy::{Action, Target},
};
use entity::{
    connector::Connector,
    customer,
    enums::{TaskOutcome, TaskState},
    ids::{SystemId, TaskId},
    task, task_message,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::sync::Arc;

/// Takes in a message about a task, once, however often it comes.
#[derive(Clone, Debug)]
pub struct HearThirdParty {
    pub catalog: Arc<Catalog>,
    pub connectors: Arc<Connectors>,
    pub task: TaskId,
    /// Whose message it is: a system of theirs, whose secret it is signed with.
    pub system: SystemId,
    pub message: Arc<Message>,
}

impl Command for HearThirdParty {
    const ACTION: Action = Action::HearThirdParty;
    type Output = ();

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        let nothing = || Stop::from(Refusal::new(Code::NotFound, "No such request was made of you."));
        let catalog = catalog::held(w, &self.catalog).await?;
        let system = catalog.systems.get(&self.system).ok_or_else(nothing)?;
        let Some(Connector::Http(http)) = &system.connector else { return Err(nothing()) };
        let found = w.one(task::Entity::find_by_id(self.task)).await?.ok_or_else(nothing)?;
        if found.system_id != self.system {
            return Err(nothing());
        }
        w.lock(customer::Entity::find_by_id(found.customer_id)).await?.ok_or_else(nothing)?;
        let row = w.lock(task::Entity::find_by_id(self.task)).await?.ok_or_else(nothing)?;
        w.about(Target::customer(row.customer_id));
        let lines = lines_of(w, &[row.id]).await?;
        let known = subjects(w, system, std::slice::from_ref(&row), &lines).await?.remove(&row.id);
        let subject = known.and_then(|known| known.subject).unwrap_or_default();
        let heard = self.connectors.receive(http, row.call_key, &subject, &self.message, w.now());
        let heard = heard.map_err(|rejected| Refusal::new(Code::InvalidFormat, rejected.to_string()))?;
        let known = task_message::Entity::find()
            .filter(task_message::Column::TaskId.eq(row.id))
            .filter(task_message::Column::Message.eq(heard.message.to_vec()));
        if w.exists(known).await? {
            return Ok(());
        }
        let message = task_message::Model {
            task_id: row.id,
            message: heard.message.to_vec(),
            customer_id: row.customer_id,
            received_at: w.now(),
        };
        w.insert::<task_message::Entity>(message).await?;
        let called_off = row.outcome == Some(TaskOutcome::Superseded);
        if row.finished_at.is_some() && !called_off {
            return Ok(());
        }
        // What says nothing of how far they are changes nothing: our own request, sent back to us, is one such.
        if matches!(heard.said, Err(Failure::Passing { .. })) {
            return Ok(());
        }
        // A worker that has it in hand asks what they have answered already: what comes of that no longer counts.
        let lease = if row.state == TaskState::Running { row.lease + 1 } else { row.lease };
        let state = if row.state == TaskState::Running { TaskState::AwaitingThirdParty } else { row.state };
        let row = task::Model { lease, state, ..row };
        settle(w, &catalog, row, Heard { came: heard.said, later: true }).await.map(drop)
    }
}
