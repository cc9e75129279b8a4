//! Giving data to third parties.

use super::{
    check::{DisclosureBlocker, blockers},
    types::Disclosure,
};
use crate::{
    domain::disclosure::{Attempt, ShareData},
    graphql::{
        context::{access, catalog},
        data_location::DataLocation,
        enums::Channel,
        node::id_or_nobody,
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::ids::{CategoryKey, PurposeKey};

#[derive(Default)]
pub struct DisclosureMutation;

#[derive(Debug, InputObject)]
pub struct ShareDataInput {
    customer_id: ID,
    /// A third party's.
    system_id: ID,
    /// Keys.
    categories: Vec<String>,
    /// A key.
    purpose: String,
    /// The record's key in that system.
    external_reference: Option<String>,
    channel: Channel,
}

#[derive(SimpleObject)]
pub struct ShareDataPayload {
    disclosure: Option<Disclosure>,
    /// The new lines of the map.
    data_locations: Option<Vec<DataLocation>>,
    /// What stands in the way.
    blockers: Vec<DisclosureBlocker>,
    user_errors: Vec<UserError>,
}

#[Object]
impl DisclosureMutation {
    /// Records that data was given to a third party, if that is allowed right now. One error for each thing that stands
    /// in the way; `blockers` says more.
    ///
    /// userErrors: CUSTOMER_GONE, RETIRED, NOT_A_THIRD_PARTY, THIRD_PARTY_NOT_APPROVED, REVIEW_OVERDUE, NO_AGREEMENT,
    /// NO_TRANSFER_SAFEGUARD, NOT_REQUIRED_BY_A_LIVE_SERVICE, NOTICE_NOT_DELIVERED, CONSENT_MISSING,
    /// CUSTOMER_RESTRICTED.
    ///
    /// Requires: AGENT, COMPLIANCE.
    async fn share_data(&self, ctx: &Context<'_>, input: ShareDataInput) -> Result<ShareDataPayload> {
        let command = ShareData {
            catalog: catalog(ctx),
            customer: id_or_nobody(&input.customer_id),
            system: id_or_nobody(&input.system_id),
            categories: input.categories.into_iter().map(CategoryKey).collect(),
            purpose: PurposeKey(input.purpose),
            external_reference: input.external_reference,
            channel: input.channel.into(),
        };
        let attempt = Attempt {
            customer: command.customer,
            system: command.system,
            categories: command.categories.iter().cloned().collect(),
            purpose: Some(command.purpose.clone()),
        };
        let (made, user_errors) = outcome(access(ctx).write(command).await)?;
        let blockers = blockers(ctx, &user_errors, || vec![attempt]).await?;
        let (disclosure, lines) = made.map(|given| (given.disclosure, given.lines)).unzip();
        let data_locations = lines.map(|lines| lines.into_iter().map(DataLocation).collect());
        Ok(ShareDataPayload { disclosure: disclosure.map(Disclosure), data_locations, blockers, user_errors })
    }
}
