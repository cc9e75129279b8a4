//! What data is used for is described otherwise.

use super::{begin_change, changed, live, needs};
use crate::{
    access::{Code, Command, Stop, Writer},
    domain::{
        change::Change,
        checks::{BLOCK, Checks, LINE, same_version},
        disposal::{Asked, Planned, Reach, Subject, plan_losses},
    },
    policy::{Action, Target},
};
use entity::{
    data_category, data_requirement, disposal_plan,
    enums::{LegalBasis, Sensitivity, SpecialCategoryCondition, TaskCause},
    ids::PurposeKey,
    json::Translation,
    purpose,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

/// Changes how a purpose is described. Its legal basis is fixed: a new basis is a new purpose (Art. 5(1)(b)).
/// Where sharing comes to need consent, what was withdrawn before takes effect, and that takes a plan first.
#[derive(Clone, Debug)]
pub struct UpdatePurpose {
    pub purpose: PurposeKey,
    pub expected_version: Option<i32>,
    pub name: Change<String>,
    pub description: Change<String>,
    pub legitimate_interest: Change<String>,
    pub special_category_condition: Change<SpecialCategoryCondition>,
    pub sharing_needs_consent: Change<bool>,
    pub assessment_reference: Change<String>,
    /// Replaces all.
    pub translations: Change<Vec<Translation>>,
    pub asked: Asked,
}

impl Command for UpdatePurpose {
    const ACTION: Action = Action::UpdatePurpose;
    /// The purpose, as it is then or in a dry run still; and the plan when anything goes or one was asked for.
    type Output = (purpose::Model, Option<disposal_plan::Model>);

    fn target(&self) -> Target {
        Target::thing(&self.purpose)
    }

    async fn run(self, w: &mut Writer) -> Result<Self::Output, Stop> {
        let asked = self.asked.clone();
        let planned = Planned::begin(w, &asked).await?;
        if !planned.is_dry_run() {
            begin_change(w).await?;
        }
        let old = w.lock(purpose::Entity::find_by_id(self.purpose.clone())).await?;
        let old = live(old, |row| row.retired_at.is_some(), "purposeId", "purpose")?;
        same_version(self.expected_version, old.version)?;

        let mut checks = Checks::new();
        self.still_lawful(&old, w, &mut checks).await?;
        let new = self.described(old.clone(), &mut checks);
        checks.finish()?;
        let new = w.update::<purpose::Entity>(new).await?;
        let plan = plan(w, planned, &asked, &old, &new).await?;
        Ok((if asked.dry_run { old } else { new }, plan))
    }
}

/// What becomes of what lies at third parties for this purpose against a permission that was taken back.
async fn plan(
    w: &Writer,
    planned: Planned,
    asked: &Asked,
    old: &purpose::Model,
    new: &purpose::Model,
) -> Result<Option<disposal_plan::Model>, Stop> {
    let catalog = changed(w).await?;
    let comes_to_need = new.sharing_needs_consent && !old.sharing_needs_consent;
    let served = catalog.requirements.values().filter(|need| comes_to_need && need.purpose == new.key);
    let places = served.map(|need| (need.category.clone(), need.system_id)).collect();
    let subject = Subject {
        cause: TaskCause::ConsentWithdrawn,
        id: uuid::Uuid::nil(),
        wish: format!("{} {}", new.key, new.sharing_needs_consent),
        customer: None,
    };
    plan_losses(w, &catalog, &Reach { places, service: None }, &subject, asked, planned).await
}

impl UpdatePurpose {
    fn described(self, row: purpose::Model, checks: &mut Checks) -> purpose::Model {
        let name = self.name.map(|text| checks.line("name", &text, LINE));
        let interest = self.legitimate_interest.map(|text| checks.block("legitimateInterest", &text, BLOCK));
        let assessment =
            self.assessment_reference.map(|text| checks.line("assessmentReference", &text, LINE));
        let description = self.description.map(|text| checks.block("description", &text, BLOCK));
        let translations = self.translations.map(|all| checks.translations("translations", &all));
        purpose::Model {
            version: row.version + 1,
            name: checks.kept("name", name, row.name),
            description: description.apply(row.description),
            legitimate_interest: interest.apply(row.legitimate_interest),
            special_category_condition: self.special_category_condition.apply(row.special_category_condition),
            sharing_needs_consent: checks.kept(
                "sharingNeedsConsent",
                self.sharing_needs_consent,
                row.sharing_needs_consent,
            ),
            assessment_reference: assessment.apply(row.assessment_reference),
            translations: translations.apply(Some(row.translations)).unwrap_or_default(),
            ..row
        }
    }

    /// What a purpose rests on cannot be taken away from under it.
    async fn still_lawful(&self, row: &purpose::Model, w: &Writer, checks: &mut Checks) -> Result<(), Stop> {
        let by_interest = row.legal_basis == LegalBasis::LegitimateInterests;
        if by_interest && self.legitimate_interest == Change::Clear {
            let message = "The purpose rests on legitimate interests: say which (Art. 13(1)(d)).";
            checks.refuse("legitimateInterest", Code::Required, message);
        }
        if self.special_category_condition == Change::Clear && serves_special(&row.key, w).await? {
            let message =
                "A service uses a special category for this purpose: name a condition of Art. 9(2).";
            checks.refuse("specialCategoryCondition", Code::Required, message);
        }
        Ok(())
    }
}

async fn serves_special(key: &PurposeKey, w: &Writer) -> Result<bool, Stop> {
    let special = data_category::Entity::find()
        .select_only()
        .column(data_category::Column::Key)
        .filter(data_category::Column::Sensitivity.eq(Sensitivity::Special))
        .into_query();
    let served = needs()
        .filter(data_requirement::Column::Purpose.eq(key.clone()))
        .filter(data_requirement::Column::Category.in_subquery(special));
    w.exists(served).await
}
