//! Placing and lifting holds.

use super::types::LegalHold;
use crate::{
    domain::legal_hold::{LiftLegalHold, PlaceLegalHold},
    graphql::{
        context::{access, catalog},
        disposal::{DisposalPlan, asked},
        node::id_or_nobody,
        scalars::Date,
        task::Task,
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::ids::CategoryKey;

#[derive(Default)]
pub struct LegalHoldMutation;

#[derive(Debug, InputObject)]
pub struct PlaceLegalHoldInput {
    customer_id: ID,
    /// Keys, each with everything below it; all unless told.
    categories: Option<Vec<String>>,
    reason: String,
    /// Such as a case number.
    reference: Option<String>,
    review_due: Option<Date>,
}

#[derive(SimpleObject)]
pub struct PlaceLegalHoldPayload {
    legal_hold: Option<LegalHold>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct LiftLegalHoldInput {
    legal_hold_id: ID,
    reason: String,
    #[graphql(default)]
    dry_run: bool,
    plan_hash: Option<String>,
}

#[derive(SimpleObject)]
pub struct LiftLegalHoldPayload {
    legal_hold: Option<LegalHold>,
    /// What would be done, or what is being done.
    plan: Option<DisposalPlan>,
    /// One for each system that something must leave.
    tasks: Vec<Task>,
    user_errors: Vec<UserError>,
}

#[Object]
impl LegalHoldMutation {
    /// Forbids disposal of a customer's data while a claim or an inquiry goes on.
    ///
    /// userErrors: CUSTOMER_GONE.
    ///
    /// Requires: COMPLIANCE.
    async fn place_legal_hold(
        &self,
        ctx: &Context<'_>,
        input: PlaceLegalHoldInput,
    ) -> Result<PlaceLegalHoldPayload> {
        let command = PlaceLegalHold {
            catalog: catalog(ctx),
            customer: id_or_nobody(&input.customer_id),
            categories: input.categories.map(|keys| keys.into_iter().map(CategoryKey).collect()),
            reason: input.reason,
            reference: input.reference,
            review_due: input.review_due.map(|day| day.0),
        };
        let (placed, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(PlaceLegalHoldPayload { legal_hold: placed.map(LegalHold), user_errors })
    }

    /// Ends a hold; what only it kept is disposed of.
    ///
    /// userErrors: HOLD_LIFTED, CHOOSE_ONE, PLAN_CHANGED, PLAN_EXPIRED.
    ///
    /// Requires: COMPLIANCE.
    async fn lift_legal_hold(
        &self,
        ctx: &Context<'_>,
        input: LiftLegalHoldInput,
    ) -> Result<LiftLegalHoldPayload> {
        let command = LiftLegalHold {
            catalog: catalog(ctx),
            hold: id_or_nobody(&input.legal_hold_id),
            reason: input.reason,
            asked: asked(input.dry_run, input.plan_hash),
        };
        let (lifted, user_errors) = outcome(access(ctx).write(command).await)?;
        let Some(lifted) = lifted else {
            return Ok(LiftLegalHoldPayload { legal_hold: None, plan: None, tasks: Vec::new(), user_errors });
        };
        Ok(LiftLegalHoldPayload {
            legal_hold: Some(LegalHold(lifted.hold)),
            plan: Some(DisposalPlan(lifted.plan)),
            tasks: lifted.tasks.into_iter().map(Task).collect(),
            user_errors,
        })
    }
}
