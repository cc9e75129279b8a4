//! What data is used for comes, changes and goes.

use crate::{
    domain::catalog::{Catalog, CreatePurpose, RetirePurpose, UpdatePurpose},
    graphql::{
        catalog::{
            Purpose,
            translation::{TranslationInput, given},
        },
        change::{change, change_catalog, key_or_nobody},
        disposal::{DisposalPlan, asked},
        enums::{LegalBasis, SpecialCategoryCondition},
        user_error::UserError,
    },
};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use entity::{ids::PurposeKey, purpose};

#[derive(Default)]
pub struct PurposeMutation;

#[derive(Debug, InputObject)]
pub struct CreatePurposeInput {
    /// Upper-case words between underscores.
    key: String,
    name: String,
    description: Option<String>,
    legal_basis: LegalBasis,
    /// Required for LEGITIMATE_INTERESTS.
    legitimate_interest: Option<String>,
    special_category_condition: Option<SpecialCategoryCondition>,
    #[graphql(default = true)]
    sharing_needs_consent: bool,
    assessment_reference: Option<String>,
    translations: Option<Vec<TranslationInput>>,
}

#[derive(SimpleObject)]
pub struct CreatePurposePayload {
    purpose: Option<Purpose>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct UpdatePurposeInput {
    purpose_id: ID,
    expected_version: Option<i32>,
    name: MaybeUndefined<String>,
    description: MaybeUndefined<String>,
    legitimate_interest: MaybeUndefined<String>,
    special_category_condition: MaybeUndefined<SpecialCategoryCondition>,
    sharing_needs_consent: MaybeUndefined<bool>,
    assessment_reference: MaybeUndefined<String>,
    /// Replaces all.
    translations: MaybeUndefined<Vec<TranslationInput>>,
    #[graphql(default)]
    dry_run: bool,
    plan_hash: Option<String>,
}

#[derive(SimpleObject)]
pub struct UpdatePurposePayload {
    purpose: Option<Purpose>,
    /// What would be, or is being, disposed of; null when nothing is and no plan was asked for. A background sweep opens
    /// the tasks.
    plan: Option<DisposalPlan>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct RetirePurposeInput {
    purpose_id: ID,
}

#[derive(SimpleObject)]
pub struct RetirePurposePayload {
    purpose: Option<Purpose>,
    user_errors: Vec<UserError>,
}

#[Object]
impl PurposeMutation {
    /// Adds something that data is used for.
    ///
    /// userErrors: ALREADY_EXISTS.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn create_purpose(
        &self,
        ctx: &Context<'_>,
        input: CreatePurposeInput,
    ) -> Result<CreatePurposePayload> {
        let command = CreatePurpose {
            key: input.key,
            name: input.name,
            description: input.description,
            legal_basis: input.legal_basis.into(),
            legitimate_interest: input.legitimate_interest,
            special_category_condition: input.special_category_condition.map(Into::into),
            sharing_needs_consent: input.sharing_needs_consent,
            assessment_reference: input.assessment_reference,
            translations: given(input.translations.unwrap_or_default()),
        };
        let (purpose, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(CreatePurposePayload { purpose, user_errors })
    }

    /// Changes how a purpose is described. Its legal basis is fixed: a new basis is a new purpose (Art. 5(1)(b)). Where
    /// sharing comes to need consent, what was withdrawn before takes effect, which takes a plan first (`dryRun`).
    ///
    /// userErrors: VERSION_CONFLICT, RETIRED, CHOOSE_ONE, PLAN_CHANGED, PLAN_EXPIRED.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn update_purpose(
        &self,
        ctx: &Context<'_>,
        input: UpdatePurposeInput,
    ) -> Result<UpdatePurposePayload> {
        let command = UpdatePurpose {
            purpose: key(ctx, &input.purpose_id).await?,
            expected_version: input.expected_version,
            name: change(input.name),
            description: change(input.description),
            legitimate_interest: change(input.legitimate_interest),
            special_category_condition: change(input.special_category_condition).map(Into::into),
            sharing_needs_consent: change(input.sharing_needs_consent),
            assessment_reference: change(input.assessment_reference),
            translations: change(input.translations).map(given),
            asked: asked(input.dry_run, input.plan_hash),
        };
        let (done, user_errors) = change_catalog(ctx, command, |catalog, (row, plan)| {
            Some((made(catalog, row)?, plan.clone().map(DisposalPlan)))
        })
        .await?;
        let (purpose, plan) = done.map_or((None, None), |(purpose, plan)| (Some(purpose), plan));
        Ok(UpdatePurposePayload { purpose, plan, user_errors })
    }

    /// Takes a purpose out of use; refused while a requirement or a rule uses it.
    ///
    /// userErrors: IN_USE, RETIRED.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn retire_purpose(
        &self,
        ctx: &Context<'_>,
        input: RetirePurposeInput,
    ) -> Result<RetirePurposePayload> {
        let command = RetirePurpose { purpose: key(ctx, &input.purpose_id).await? };
        let (purpose, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(RetirePurposePayload { purpose, user_errors })
    }
}

fn made(catalog: &Catalog, row: &purpose::Model) -> Option<Purpose> {
    catalog.purposes.get(&row.key).cloned().map(Purpose)
}

async fn key(ctx: &Context<'_>, id: &ID) -> Result<PurposeKey> {
    key_or_nobody(ctx, id, |catalog, key| catalog.purposes.contains_key(key)).await
}
