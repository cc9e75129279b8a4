//! What the law makes the company keep changes.

use crate::{
    domain::catalog::SetRetentionRule,
    graphql::{
        catalog::RetentionRule, change::change_catalog, enums::RetentionStart, scalars::Duration,
        user_error::UserError,
    },
};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::ids::{CategoryKey, PurposeKey};

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
}

#[derive(SimpleObject)]
pub struct SetRetentionRulePayload {
    retention_rule: Option<RetentionRule>,
    user_errors: Vec<UserError>,
}

#[Object]
impl RetentionRuleMutation {
    /// Says how long the law keeps a category for a purpose. Replaces the rule that these two had.
    ///
    /// userErrors: RETIRED.
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
        };
        let (retention_rule, user_errors) = change_catalog(ctx, command, |catalog, row| {
            catalog.retention_rules.get(&row.id).cloned().map(RetentionRule)
        })
        .await?;
        Ok(SetRetentionRulePayload { retention_rule, user_errors })
    }
}
