//! Something new that customers can order.

use super::{begin_change, is_service_key, taken, taken_if};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::checks::{BLOCK, Checks, LINE},
    policy::{Action, Target},
};
use entity::{ids::ServiceId, json::Translation, service};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Adds something that customers can order. What it needs is set by `SetDataRequirements`.
#[derive(Clone, Debug)]
pub struct CreateService {
    /// Lower-case words between hyphens.
    pub key: String,
    pub name: String,
    pub description: Option<String>,
    /// What the company processes on the customer's behalf under it, if anything.
    pub processed_on_behalf: Vec<String>,
    pub impact_assessment_reference: Option<String>,
    pub translations: Vec<Translation>,
}

impl Command for CreateService {
    const ACTION: Action = Action::CreateService;
    type Output = service::Model;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<service::Model, Stop> {
        begin_change(w).await?;
        let mut checks = Checks::new();
        let key = checks.line("key", &self.key, LINE);
        if !key.is_empty() && !is_service_key(&key) {
            let message = "Write lower-case words between hyphens, such as web-hosting.";
            checks.refuse("key", Code::InvalidFormat, message);
        }
        // A retired service's key stays its own: old subscriptions and events name it.
        if w.exists(service::Entity::find().filter(service::Column::Key.eq(&key))).await? {
            checks.add(taken("key", "service"));
        }
        let row = service::Model {
            id: ServiceId(w.id()),
            version: 1,
            key,
            name: checks.line("name", &self.name, LINE),
            description: self.description.map(|text| checks.block("description", &text, BLOCK)),
            processed_on_behalf: checks.texts("processedOnBehalf", &self.processed_on_behalf),
            impact_assessment_reference: self
                .impact_assessment_reference
                .map(|text| checks.line("impactAssessmentReference", &text, LINE)),
            translations: checks.translations("translations", &self.translations),
            retired_at: None,
        };
        checks.finish()?;
        w.about(Target::thing(row.id));
        w.insert::<service::Entity>(row).await
    }

    fn duplicate(&self, constraint: &str) -> Option<Refusal> {
        taken_if(constraint, ["service_key", "service.key"], "key", "service")
    }
}
