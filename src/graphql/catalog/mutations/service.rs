//! What customers can order, and what it needs, comes, changes and goes.

use crate::{
    domain::catalog::{
        Catalog, CreateService, Needed, RequirementLine, RetireService, SetDataRequirements, UpdateService,
    },
    graphql::{
        catalog::{
            Service,
            translation::{TranslationInput, given},
        },
        change::{change, change_catalog},
        disposal::{DisposalPlan, asked},
        enums::DisposalMethod,
        node::id_or_nobody,
        scalars::Duration,
        user_error::UserError,
    },
};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use entity::{
    ids::{CategoryKey, PurposeKey},
    service,
};

#[derive(Default)]
pub struct ServiceMutation;

#[derive(Debug, InputObject)]
pub struct CreateServiceInput {
    /// Lower-case words between hyphens.
    key: String,
    name: String,
    description: Option<String>,
    /// What the company processes on the customer's behalf under it, if anything.
    processed_on_behalf: Option<Vec<String>>,
    impact_assessment_reference: Option<String>,
    translations: Option<Vec<TranslationInput>>,
}

#[derive(SimpleObject)]
pub struct CreateServicePayload {
    service: Option<Service>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct UpdateServiceInput {
    service_id: ID,
    expected_version: Option<i32>,
    name: MaybeUndefined<String>,
    description: MaybeUndefined<String>,
    /// Replaces all.
    processed_on_behalf: MaybeUndefined<Vec<String>>,
    impact_assessment_reference: MaybeUndefined<String>,
    /// Replaces all.
    translations: MaybeUndefined<Vec<TranslationInput>>,
}

#[derive(SimpleObject)]
pub struct UpdateServicePayload {
    service: Option<Service>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct RetireServiceInput {
    service_id: ID,
}

#[derive(SimpleObject)]
pub struct RetireServicePayload {
    service: Option<Service>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct DataRequirementInput {
    /// A key. It does not stand for what is below it.
    category: String,
    /// A key.
    purpose: String,
    system_id: ID,
    on_end: DisposalMethod,
    /// The controller's default unless told.
    grace: Option<Duration>,
}

impl From<DataRequirementInput> for RequirementLine {
    fn from(input: DataRequirementInput) -> Self {
        Self {
            category: CategoryKey(input.category),
            purpose: PurposeKey(input.purpose),
            system: id_or_nobody(&input.system_id),
            on_end: input.on_end.into(),
            grace: input.grace.map(|grace| grace.0),
        }
    }
}

#[derive(Debug, InputObject)]
pub struct SetDataRequirementsInput {
    service_id: ID,
    expected_version: Option<i32>,
    /// At most 500; one for each category, purpose and system.
    requirements: Vec<DataRequirementInput>,
    #[graphql(default)]
    dry_run: bool,
    plan_hash: Option<String>,
}

#[derive(SimpleObject)]
pub struct SetDataRequirementsPayload {
    service: Option<Service>,
    /// What would be, or is being, disposed of; null when nothing is and no plan was asked for. A background sweep opens
    /// the tasks.
    plan: Option<DisposalPlan>,
    user_errors: Vec<UserError>,
}

#[Object]
impl ServiceMutation {
    /// Adds something that customers can order.
    ///
    /// userErrors: ALREADY_EXISTS.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn create_service(
        &self,
        ctx: &Context<'_>,
        input: CreateServiceInput,
    ) -> Result<CreateServicePayload> {
        let command = CreateService {
            key: input.key,
            name: input.name,
            description: input.description,
            processed_on_behalf: input.processed_on_behalf.unwrap_or_default(),
            impact_assessment_reference: input.impact_assessment_reference,
            translations: given(input.translations.unwrap_or_default()),
        };
        let (service, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(CreateServicePayload { service, user_errors })
    }

    /// Changes how a service is described. What it needs is set by `setDataRequirements`.
    ///
    /// userErrors: VERSION_CONFLICT, RETIRED.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn update_service(
        &self,
        ctx: &Context<'_>,
        input: UpdateServiceInput,
    ) -> Result<UpdateServicePayload> {
        let command = UpdateService {
            service: id_or_nobody(&input.service_id),
            expected_version: input.expected_version,
            name: change(input.name),
            description: change(input.description),
            processed_on_behalf: change(input.processed_on_behalf),
            impact_assessment_reference: change(input.impact_assessment_reference),
            translations: change(input.translations).map(given),
        };
        let (service, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(UpdateServicePayload { service, user_errors })
    }

    /// Takes a service off the list; refused while a customer has it.
    ///
    /// userErrors: IN_USE, RETIRED.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn retire_service(
        &self,
        ctx: &Context<'_>,
        input: RetireServiceInput,
    ) -> Result<RetireServicePayload> {
        let command = RetireService { service: id_or_nobody(&input.service_id) };
        let (service, user_errors) = change_catalog(ctx, command, made).await?;
        Ok(RetireServicePayload { service, user_errors })
    }

    /// Says what data a service needs, where and what for. Replaces all that was said before; data that is no longer
    /// needed by it is disposed of, which takes a plan first (`dryRun`).
    ///
    /// userErrors: VERSION_CONFLICT, RETIRED, ALREADY_EXISTS, SPECIAL_CATEGORY_CONDITION_MISSING, CHOOSE_ONE,
    /// PLAN_CHANGED, PLAN_EXPIRED.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn set_data_requirements(
        &self,
        ctx: &Context<'_>,
        input: SetDataRequirementsInput,
    ) -> Result<SetDataRequirementsPayload> {
        let command = SetDataRequirements {
            service: id_or_nobody(&input.service_id),
            expected_version: input.expected_version,
            requirements: input.requirements.into_iter().map(Into::into).collect(),
            asked: asked(input.dry_run, input.plan_hash),
        };
        let shown =
            |catalog: &Catalog, needed: &Needed| Some((made(catalog, &needed.service)?, needed.plan.clone()));
        let (done, user_errors) = change_catalog(ctx, command, shown).await?;
        let (service, plan) = done.map_or((None, None), |(service, plan)| (Some(service), plan));
        Ok(SetDataRequirementsPayload { service, plan: plan.map(DisposalPlan), user_errors })
    }
}

fn made(catalog: &Catalog, row: &service::Model) -> Option<Service> {
    catalog.services.get(&row.id).cloned().map(Service)
}
