//! Something that data is to be used for.

use super::{begin_change, is_purpose_key, taken, taken_if};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::checks::{BLOCK, Checks, LINE},
    policy::{Action, Target},
};
use entity::{
    enums::{LegalBasis, SpecialCategoryCondition},
    ids::PurposeKey,
    json::Translation,
    purpose,
};
use sea_orm::EntityTrait;

/// Adds something that data is used for.
#[derive(Clone, Debug)]
pub struct CreatePurpose {
    /// Upper-case words between underscores.
    pub key: String,
    pub name: String,
    pub description: Option<String>,
    pub legal_basis: LegalBasis,
    /// Required when the basis is legitimate interests.
    pub legitimate_interest: Option<String>,
    pub special_category_condition: Option<SpecialCategoryCondition>,
    pub sharing_needs_consent: bool,
    pub assessment_reference: Option<String>,
    pub translations: Vec<Translation>,
}

impl Command for CreatePurpose {
    const ACTION: Action = Action::CreatePurpose;
    type Output = purpose::Model;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<purpose::Model, Stop> {
        begin_change(w).await?;
        let mut checks = Checks::new();
        let key = PurposeKey(checks.line("key", &self.key, LINE));
        if !key.as_str().is_empty() && !is_purpose_key(key.as_str()) {
            let message = "Write upper-case words between underscores, such as DELIVER_SERVICE.";
            checks.refuse("key", Code::InvalidFormat, message);
        }
        if w.exists(purpose::Entity::find_by_id(key.clone())).await? {
            checks.add(taken("key", "purpose"));
        }
        if self.legal_basis == LegalBasis::LegitimateInterests && self.legitimate_interest.is_none() {
            checks.refuse(
                "legitimateInterest",
                Code::Required,
                "Say which interest is pursued (Art. 13(1)(d)).",
            );
        }
        let row = purpose::Model {
            key,
            version: 1,
            name: checks.line("name", &self.name, LINE),
            description: self.description.map(|text| checks.block("description", &text, BLOCK)),
            legal_basis: self.legal_basis,
            legitimate_interest: self
                .legitimate_interest
                .map(|text| checks.block("legitimateInterest", &text, BLOCK)),
            special_category_condition: self.special_category_condition,
            sharing_needs_consent: self.sharing_needs_consent,
            assessment_reference: self
                .assessment_reference
                .map(|text| checks.line("assessmentReference", &text, LINE)),
            translations: checks.translations("translations", &self.translations),
            retired_at: None,
        };
        checks.finish()?;
        w.about(Target::thing(&row.key));
        w.insert::<purpose::Entity>(row).await
    }

    fn duplicate(&self, constraint: &str) -> Option<Refusal> {
        taken_if(constraint, ["purpose_pkey", "purpose.key"], "key", "purpose")
    }
}
