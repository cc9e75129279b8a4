//! A kind of personal data that was not known yet.

use super::{begin_change, is_category_key, taken, taken_if};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::checks::{BLOCK, Checks, LINE},
    policy::{Action, Target},
};
use entity::{data_category, enums::Sensitivity, ids::CategoryKey, json::Translation};
use sea_orm::EntityTrait;

/// Adds a kind of personal data.
#[derive(Clone, Debug)]
pub struct CreateDataCategory {
    /// Lower-case words between dots. All but the last is the parent's key.
    pub key: String,
    pub name: String,
    pub description: Option<String>,
    /// The parent's unless told.
    pub sensitivity: Option<Sensitivity>,
    pub translations: Vec<Translation>,
}

impl Command for CreateDataCategory {
    const ACTION: Action = Action::CreateDataCategory;
    type Output = data_category::Model;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<data_category::Model, Stop> {
        begin_change(w).await?;
        let mut checks = Checks::new();
        let key = CategoryKey(checks.line("key", &self.key, LINE));
        let parent = self.parent(&key, w, &mut checks).await?;
        let inherited = parent.as_ref().map_or(Sensitivity::Ordinary, |parent| parent.sensitivity);
        let row = data_category::Model {
            parent: parent.map(|parent| parent.key),
            version: 1,
            name: checks.line("name", &self.name, LINE),
            description: self.description.map(|text| checks.block("description", &text, BLOCK)),
            sensitivity: self.sensitivity.unwrap_or(inherited),
            translations: checks.translations("translations", &self.translations),
            retired_at: None,
            key,
        };
        checks.finish()?;
        w.about(Target::thing(&row.key));
        w.insert::<data_category::Entity>(row).await
    }

    fn duplicate(&self, constraint: &str) -> Option<Refusal> {
        taken_if(constraint, ["data_category_pkey", "data_category.key"], "key", "category")
    }
}

impl CreateDataCategory {
    /// Whether the key is free and in order; the category above it, when it has one.
    async fn parent(
        &self,
        key: &CategoryKey,
        w: &Writer,
        checks: &mut Checks,
    ) -> Result<Option<data_category::Model>, Stop> {
        if key.as_str().is_empty() {
            return Ok(None);
        }
        if !is_category_key(key.as_str()) {
            let message = "Write lower-case words between dots, such as user.contact.email.";
            checks.refuse("key", Code::InvalidFormat, message);
            return Ok(None);
        }
        if w.exists(data_category::Entity::find_by_id(key.clone())).await? {
            checks.add(taken("key", "category"));
        }
        let Some(above) = key.parent() else { return Ok(None) };
        let parent = w.one(data_category::Entity::find_by_id(above.clone())).await?;
        match &parent {
            None => {
                let message = format!("There is no category above it: create {above} first.");
                checks.refuse("key", Code::NotFound, message);
            }
            Some(parent) if parent.retired_at.is_some() => {
                checks.refuse("key", Code::Retired, "The category above it is retired.");
            }
            Some(_) => {}
        }
        Ok(parent)
    }
}
