//! What is said of what is wrong.

use super::types::Finding;
use crate::{
    domain::finding::{self, AcknowledgeFinding},
    graphql::{
        context::{access, catalog},
        node::NodeId,
        scalars::Date,
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use uuid::Uuid;

#[derive(Default)]
pub struct FindingMutation;

#[derive(Debug, InputObject)]
pub struct AcknowledgeFindingInput {
    /// The finding's.
    key: String,
    /// Why it stays so for now.
    reason: String,
    /// The last day on which that holds; at most a year ahead.
    until: Date,
}

#[derive(SimpleObject)]
pub struct AcknowledgeFindingPayload {
    finding: Option<Finding>,
    user_errors: Vec<UserError>,
}

#[Object]
impl FindingMutation {
    /// Says of something that is wrong why it stays so for now, in place of what was said before. It remains a finding, and
    /// one that has become more urgent, or began anew (`since`), counts as not acknowledged.
    ///
    /// Requires: COMPLIANCE.
    async fn acknowledge_finding(
        &self,
        ctx: &Context<'_>,
        input: AcknowledgeFindingInput,
    ) -> Result<AcknowledgeFindingPayload> {
        let (kind, subject) = parsed(&input.key);
        let command = AcknowledgeFinding {
            catalog: catalog(ctx),
            kind,
            subject,
            reason: input.reason,
            until: input.until.0,
        };
        let (finding, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(AcknowledgeFindingPayload { finding: finding.map(Finding), user_errors })
    }
}

/// What a finding's key says; for what is none, something that nothing is wrong with.
fn parsed(key: &str) -> (finding::FindingKind, Uuid) {
    let parse = || {
        let (word, id) = key.split_once(':')?;
        let kind = finding::FindingKind::of(word)?;
        Some((kind, NodeId::parse(&ID(id.to_owned()))?.uuid()?))
    };
    parse().unwrap_or((finding::FindingKind::UnjustifiedData, Uuid::nil()))
}
