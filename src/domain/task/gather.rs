//! What the program itself keeps of somebody, for them.

use super::{
    known_by::lines_of,
    own::due,
    sealed::{Owner, seal},
    settle::{Came, call_off, finish, shown, to_a_person},
};
use crate::{
    access::{Command, Stop, Writer},
    connector::{Evidence, Gathered},
    domain::catalog::{self, Catalog},
    policy::{Action, ProfileField, Target},
};
use entity::{
    enums::{SealedKind, TaskAction, TaskOutcome},
    ids::TaskId,
    subject_key, task,
};
use sea_orm::EntityTrait;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Gathers of a profile what a task says.
#[derive(Clone, Debug)]
pub struct GatherProfile {
    pub catalog: Arc<Catalog>,
    pub task: TaskId,
}

impl Command for GatherProfile {
    const ACTION: Action = Action::CarryOutTasks;
    /// Whether there was anything to do.
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<bool, Stop> {
        catalog::held(w, &self.catalog).await?;
        let Some((customer, row)) = due(w, self.task).await? else { return Ok(false) };
        w.about(Target::customer(customer.id));
        if row.action != TaskAction::Export {
            to_a_person(w, row, "The program does not do this with what it keeps itself.").await?;
            return Ok(true);
        }
        let lines = lines_of(w, &[row.id]).await?;
        let key = w.one(subject_key::Entity::find_by_id(customer.id)).await?;
        let (Some(key), false) = (key, lines.is_empty()) else {
            // It is gone by now: there is nothing to gather.
            call_off(w, row).await?;
            return Ok(true);
        };
        let profile = w.open(&customer, &key)?.unwrap_or_default();
        let (mut values, mut categories) = (Map::new(), Map::new());
        for line in &lines {
            let is_it = |field: &ProfileField| field.category() == line.row.category.as_str();
            let Some(field) = ProfileField::ALL.into_iter().find(is_it) else { continue };
            let Some(value) = profile.get(field) else { continue };
            values.insert(field.word().to_owned(), value.into());
            categories.insert(field.word().to_owned(), field.category().into());
        }
        let rows = u64::from(!values.is_empty());
        let source = json!({ "source": "profile", "categories": categories, "rows": [Value::from(values)] });
        let owner = Owner::Task(row.id, row.data_request_id);
        seal(w, (customer.id, owner), SealedKind::Export, &Gathered(vec![source])).await?;
        // Nothing gathered is not done.
        let outcome = if rows > 0 { TaskOutcome::Done } else { TaskOutcome::NothingFound };
        let evidence = shown(w, &row, Evidence::ReadBack { rows });
        let row = task::Model { attempts: row.attempts + 1, ..row };
        finish(w, row, Came { outcome, evidence }).await?;
        Ok(true)
    }
}
