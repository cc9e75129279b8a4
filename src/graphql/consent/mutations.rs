//! Recording what customers allow.

use super::types::Consent;
use crate::{
    domain::consent::{GrantConsent, WithdrawConsent},
    graphql::{
        context::{access, catalog},
        disposal::{DisposalPlan, asked},
        enums::Channel,
        node::id_or_nobody,
        task::Task,
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::ids::{CategoryKey, PurposeKey};

#[derive(Default)]
pub struct ConsentMutation;

#[derive(Debug, InputObject)]
pub struct GrantConsentInput {
    customer_id: ID,
    /// What the customer was told first.
    notice_id: ID,
    third_party_id: ID,
    /// A key.
    purpose: String,
    /// Keys.
    categories: Vec<String>,
    channel: Channel,
    /// Such as a call's or a letter's reference.
    evidence: Option<String>,
}

#[derive(SimpleObject)]
pub struct GrantConsentPayload {
    consent: Option<Consent>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct WithdrawConsentInput {
    consent_id: ID,
    channel: Channel,
    /// Such as a call's or a letter's reference.
    evidence: Option<String>,
    #[graphql(default)]
    dry_run: bool,
    plan_hash: Option<String>,
}

#[derive(SimpleObject)]
pub struct WithdrawConsentPayload {
    consent: Option<Consent>,
    /// What would be done, or what is being done.
    plan: Option<DisposalPlan>,
    /// One for each of the third party's systems that holds something.
    tasks: Vec<Task>,
    user_errors: Vec<UserError>,
}

#[Object]
impl ConsentMutation {
    /// Takes the permission back: disclosure stops at once, and disposal starts at that third party.
    ///
    /// userErrors: CUSTOMER_GONE, CONSENT_WITHDRAWN, CHOOSE_ONE, PLAN_CHANGED, PLAN_EXPIRED.
    ///
    /// Requires: AGENT, COMPLIANCE; CUSTOMER (their own).
    async fn withdraw_consent(
        &self,
        ctx: &Context<'_>,
        input: WithdrawConsentInput,
    ) -> Result<WithdrawConsentPayload> {
        let command = WithdrawConsent {
            catalog: catalog(ctx),
            consent: id_or_nobody(&input.consent_id),
            channel: input.channel.into(),
            evidence: input.evidence,
            asked: asked(input.dry_run, input.plan_hash),
        };
        let (withdrawn, user_errors) = outcome(access(ctx).write(command).await)?;
        let Some(withdrawn) = withdrawn else {
            return Ok(WithdrawConsentPayload { consent: None, plan: None, tasks: Vec::new(), user_errors });
        };
        Ok(WithdrawConsentPayload {
            consent: Some(Consent(withdrawn.consent)),
            plan: Some(DisposalPlan(withdrawn.plan)),
            tasks: withdrawn.tasks.into_iter().map(Task).collect(),
            user_errors,
        })
    }

    /// Records the customer's permission to give one third party these categories for one purpose.
    ///
    /// userErrors: CUSTOMER_GONE, CUSTOMER_RESTRICTED, NOTICE_MISMATCH, NOTICE_CHANGED, ALREADY_EXISTS.
    ///
    /// Requires: AGENT, COMPLIANCE; CUSTOMER (themselves).
    async fn grant_consent(
        &self,
        ctx: &Context<'_>,
        input: GrantConsentInput,
    ) -> Result<GrantConsentPayload> {
        let command = GrantConsent {
            catalog: catalog(ctx),
            customer: id_or_nobody(&input.customer_id),
            notice: id_or_nobody(&input.notice_id),
            third_party: id_or_nobody(&input.third_party_id),
            purpose: PurposeKey(input.purpose),
            categories: input.categories.into_iter().map(CategoryKey).collect(),
            channel: input.channel.into(),
            evidence: input.evidence,
        };
        let (made, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(GrantConsentPayload { consent: made.map(Consent), user_errors })
    }
}
