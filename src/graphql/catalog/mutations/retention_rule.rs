//! What the law makes the company keep changes.

use crate::{
    domain::catalog::{Catalog, RetireRetentionRule, SetRetentionRule},
    graphql::{
        catalog::RetentionRule,
        change::change_catalog,
        disposal::{DisposalPlan, asked},
        enums::RetentionStart,
        node::id_or_nobody,
        scalars::Duration,
        user_error::UserError,
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::{
    disposal_plan,
    ids::{CategoryKey, PurposeKey},
    retention_rule,
};

#[derive(Default)]
pub struct RetentionRuleMutation;

#[derive(Debug, InputObject)]
pub struct SetRetentionRuleInput {
    /// A key; stands for everything below it, too.
    category: String,
    /// A key.
    purpose: String,
    keep_for: Duration,
    counted_from: RetentionStart,
    /// As cited to the customer.
    statute: String,
    #[graphql(default)]
    dry_run: bool,
    plan_hash: Option<String>,
}

#[derive(SimpleObject)]
pub struct SetRetentionRulePayload {
    /// In a dry run the one that there is, if any.
    retention_rule: Option<RetentionRule>,
    /// What would be, or is being, disposed of; null when nothing is and no plan was asked for. A background sweep opens
    /// the tasks.
    plan: Option<DisposalPlan>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct RetireRetentionRuleInput {
    retention_rule_id: ID,
    #[graphql(default)]
    dry_run: bool,
    plan_hash: Option<String>,
}

#[derive(SimpleObject)]
pub struct RetireRetentionRulePayload {
    retention_rule: Option<RetentionRule>,
    /// What would be, or is being, disposed of; null when nothing is and no plan was asked for. A background sweep opens
    /// the tasks.
    plan: Option<DisposalPlan>,
    user_errors: Vec<UserError>,
}

#[Object]
impl RetentionRuleMutation {
    /// Says how long the law keeps a category for a purpose. Replaces the rule that these two had; what the new one keeps
    /// for less long is disposed of, which takes a plan first (`dryRun`).
    ///
    /// userErrors: RETIRED, CHOOSE_ONE, PLAN_CHANGED, PLAN_EXPIRED.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn set_retention_rule(
        &self,
        ctx: &Context<'_>,
        input: SetRetentionRuleInput,
    ) -> Result<SetRetentionRulePayload> {
        let command = SetRetentionRule {
            category: CategoryKey(input.category),
            purpose: PurposeKey(input.purpose),
            keep_for: input.keep_for.0,
            counted_from: input.counted_from.into(),
            statute: input.statute,
            asked: asked(input.dry_run, input.plan_hash),
        };
        let (done, user_errors) =
            change_catalog(ctx, command, |catalog, done| Some(made(catalog, done))).await?;
        let (retention_rule, plan) = done.unwrap_or_default();
        Ok(SetRetentionRulePayload { retention_rule, plan, user_errors })
    }

    /// Ends a rule; what only it kept is disposed of, which takes a plan first (`dryRun`).
    ///
    /// userErrors: RETIRED, CHOOSE_ONE, PLAN_CHANGED, PLAN_EXPIRED.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn retire_retention_rule(
        &self,
        ctx: &Context<'_>,
        input: RetireRetentionRuleInput,
    ) -> Result<RetireRetentionRulePayload> {
        let command = RetireRetentionRule {
            rule: id_or_nobody(&input.retention_rule_id),
            asked: asked(input.dry_run, input.plan_hash),
        };
        let (done, user_errors) =
            change_catalog(ctx, command, |catalog, done| Some(made(catalog, done))).await?;
        let (retention_rule, plan) = done.unwrap_or_default();
        Ok(RetireRetentionRulePayload { retention_rule, plan, user_errors })
    }
}

/// The rule, and the plan. A dry run of what would be the first rule of its kind has none to show.
fn made(
    catalog: &Catalog,
    (row, plan): &(retention_rule::Model, Option<disposal_plan::Model>),
) -> (Option<RetentionRule>, Option<DisposalPlan>) {
    let rule = catalog.retention_rules.get(&row.id).cloned().map(RetentionRule);
    (rule, plan.clone().map(DisposalPlan))
}
