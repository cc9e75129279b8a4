//! Something that customers can order is described otherwise.

use super::{begin_change, live};
use crate::{
    access::{Command, Stop, Writer},
    domain::{
        change::Change,
        checks::{BLOCK, Checks, LINE, same_version},
    },
    policy::{Action, Target},
};
use entity::{ids::ServiceId, json::Translation, service};
use sea_orm::EntityTrait;

/// Changes how a service is described. What it needs is set by `SetDataRequirements`.
#[derive(Clone, Debug)]
pub struct UpdateService {
    pub service: ServiceId,
    pub expected_version: Option<i32>,
    pub name: Change<String>,
    pub description: Change<String>,
    /// Replaces all.
    pub processed_on_behalf: Change<Vec<String>>,
    pub impact_assessment_reference: Change<String>,
    /// Replaces all.
    pub translations: Change<Vec<Translation>>,
}

impl Command for UpdateService {
    const ACTION: Action = Action::UpdateService;
    type Output = service::Model;

    fn target(&self) -> Target {
        Target::thing(self.service)
    }

    async fn run(self, w: &mut Writer) -> Result<service::Model, Stop> {
        begin_change(w).await?;
        let row = w.lock(service::Entity::find_by_id(self.service)).await?;
        let row = live(row, |row| row.retired_at.is_some(), "serviceId", "service")?;
        same_version(self.expected_version, row.version)?;

        let mut checks = Checks::new();
        let name = self.name.map(|text| checks.line("name", &text, LINE));
        let description = self.description.map(|text| checks.block("description", &text, BLOCK));
        let on_behalf = self.processed_on_behalf.map(|all| checks.texts("processedOnBehalf", &all));
        let assessment = self
            .impact_assessment_reference
            .map(|text| checks.line("impactAssessmentReference", &text, LINE));
        let translations = self.translations.map(|all| checks.translations("translations", &all));
        let row = service::Model {
            version: row.version + 1,
            name: checks.kept("name", name, row.name),
            description: description.apply(row.description),
            processed_on_behalf: on_behalf.apply(Some(row.processed_on_behalf)).unwrap_or_default(),
            impact_assessment_reference: assessment.apply(row.impact_assessment_reference),
            translations: translations.apply(Some(row.translations)).unwrap_or_default(),
            ..row
        };
        checks.finish()?;
        w.update::<service::Entity>(row).await
    }
}
