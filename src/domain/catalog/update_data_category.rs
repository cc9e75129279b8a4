//! A kind of personal data is described or protected otherwise.

use super::{begin_change, live};
use crate::{
    access::{Command, Stop, Writer},
    domain::{
        change::Change,
        checks::{BLOCK, Checks, LINE, same_version},
    },
    policy::{Action, Target},
};
use entity::{data_category, enums::Sensitivity, ids::CategoryKey, json::Translation};
use sea_orm::EntityTrait;

/// Changes how a category is described, or how much it needs protecting.
///
/// That it turns out to be special is never refused: what a purpose then lacks is for people to see and settle.
#[derive(Clone, Debug)]
pub struct UpdateDataCategory {
    pub category: CategoryKey,
    pub expected_version: Option<i32>,
    pub name: Change<String>,
    pub description: Change<String>,
    pub sensitivity: Change<Sensitivity>,
    /// Replaces all.
    pub translations: Change<Vec<Translation>>,
}

impl Command for UpdateDataCategory {
    const ACTION: Action = Action::UpdateDataCategory;
    type Output = data_category::Model;

    fn target(&self) -> Target {
        Target::thing(&self.category)
    }

    async fn run(self, w: &mut Writer) -> Result<data_category::Model, Stop> {
        begin_change(w).await?;
        let row = w.lock(data_category::Entity::find_by_id(self.category)).await?;
        let row = live(row, |row| row.retired_at.is_some(), "dataCategoryId", "category")?;
        same_version(self.expected_version, row.version)?;

        let mut checks = Checks::new();
        let name = self.name.map(|text| checks.line("name", &text, LINE));
        let description = self.description.map(|text| checks.block("description", &text, BLOCK));
        let translations = self.translations.map(|all| checks.translations("translations", &all));
        let row = data_category::Model {
            version: row.version + 1,
            name: checks.kept("name", name, row.name),
            description: description.apply(row.description),
            sensitivity: checks.kept("sensitivity", self.sensitivity, row.sensitivity),
            translations: translations.apply(Some(row.translations)).unwrap_or_default(),
            ..row
        };
        checks.finish()?;
        w.update::<data_category::Entity>(row).await
    }
}
