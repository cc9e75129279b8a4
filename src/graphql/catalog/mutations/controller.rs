//! What the company says about itself.

use crate::{
    domain::catalog::UpdateController,
    graphql::{
        catalog::Controller,
        change::{change, change_catalog},
        disposal::{DisposalPlan, asked},
        enums::Locale,
        scalars::Duration,
        user_error::UserError,
    },
};
use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use entity::json::Contact;

#[derive(Default)]
pub struct ControllerMutation;

#[derive(Debug, InputObject)]
pub struct ContactInput {
    name: String,
    email: Option<String>,
    phone: Option<String>,
    address: Option<String>,
}

impl From<ContactInput> for Contact {
    fn from(input: ContactInput) -> Self {
        let ContactInput { name, email, phone, address } = input;
        Self { name, email, phone, address }
    }
}

#[derive(Debug, InputObject)]
pub struct UpdateControllerInput {
    expected_version: Option<i32>,
    name: MaybeUndefined<String>,
    registration_number: MaybeUndefined<String>,
    address: MaybeUndefined<String>,
    /// ISO 3166-1 alpha-2.
    country: MaybeUndefined<String>,
    email: MaybeUndefined<String>,
    phone: MaybeUndefined<String>,
    website: MaybeUndefined<String>,
    data_protection_officer: MaybeUndefined<ContactInput>,
    representative: MaybeUndefined<ContactInput>,
    supervisory_authority: MaybeUndefined<ContactInput>,
    locale: MaybeUndefined<Locale>,
    /// IANA name.
    time_zone: MaybeUndefined<String>,
    /// 1 to 12.
    fiscal_year_end_month: MaybeUndefined<i32>,
    default_grace: MaybeUndefined<Duration>,
    #[graphql(default)]
    dry_run: bool,
    plan_hash: Option<String>,
}

#[derive(SimpleObject)]
pub struct UpdateControllerPayload {
    controller: Option<Controller>,
    /// What would be, or is being, disposed of; null when nothing is and no plan was asked for. A background sweep opens
    /// the tasks.
    plan: Option<DisposalPlan>,
    user_errors: Vec<UserError>,
}

#[Object]
impl ControllerMutation {
    /// Changes what is on record about the company itself. Where the law's periods end sooner by that, what is no longer
    /// kept is disposed of, which takes a plan first (`dryRun`).
    ///
    /// userErrors: VERSION_CONFLICT, CHOOSE_ONE, PLAN_CHANGED, PLAN_EXPIRED.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn update_controller(
        &self,
        ctx: &Context<'_>,
        input: UpdateControllerInput,
    ) -> Result<UpdateControllerPayload> {
        let command = UpdateController {
            expected_version: input.expected_version,
            name: change(input.name),
            registration_number: change(input.registration_number),
            address: change(input.address),
            country: change(input.country),
            email: change(input.email),
            phone: change(input.phone),
            website: change(input.website),
            data_protection_officer: change(input.data_protection_officer).map(Into::into),
            representative: change(input.representative).map(Into::into),
            supervisory_authority: change(input.supervisory_authority).map(Into::into),
            locale: change(input.locale).map(Into::into),
            time_zone: change(input.time_zone),
            fiscal_year_end_month: change(input.fiscal_year_end_month),
            default_grace: change(input.default_grace).map(|grace| grace.0),
            asked: asked(input.dry_run, input.plan_hash),
        };
        let (done, user_errors) = change_catalog(ctx, command, |catalog, (_, plan)| {
            Some((Controller(catalog.controller.clone()?), plan.clone().map(DisposalPlan)))
        })
        .await?;
        let (controller, plan) = done.map_or((None, None), |(controller, plan)| (Some(controller), plan));
        Ok(UpdateControllerPayload { controller, plan, user_errors })
    }
}
