//! Putting data on the map.

use super::types::DataLocation;
use crate::{
    domain::{
        data_location::{NewLine, RecordDataLocations},
        disclosure::Attempt,
    },
    graphql::{
        context::{access, catalog},
        disclosure::{DisclosureBlocker, blockers},
        enums::Channel,
        node::id_or_nobody,
        scalars::{Date, DateTime},
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::ids::CategoryKey;

#[derive(Default)]
pub struct DataLocationMutation;

#[derive(Debug, InputObject)]
pub struct DataLocationInput {
    customer_id: ID,
    /// A key.
    category: String,
    system_id: ID,
    /// The record's key in that system.
    external_reference: Option<String>,
    /// IMPORT takes over what lies there already: it goes on the map even if nothing justifies it, and shows so.
    source_channel: Channel,
    /// Now unless told; not in the future.
    collected_at: Option<DateTime>,
    /// The date of the document that the data belongs to, such as an invoice; retention may count from it.
    document_date: Option<Date>,
}

#[derive(Debug, InputObject)]
pub struct RecordDataLocationsInput {
    /// 1 to 1,000, of one customer or of many.
    locations: Vec<DataLocationInput>,
}

#[derive(SimpleObject)]
pub struct RecordDataLocationsPayload {
    /// In the order of the input.
    data_locations: Option<Vec<DataLocation>>,
    /// What stands in the way at third parties.
    blockers: Vec<DisclosureBlocker>,
    user_errors: Vec<UserError>,
}

#[Object]
impl DataLocationMutation {
    /// Records where data lies; all of them or none. Recording one that is there already changes nothing and
    /// returns it. At a third party the gate is that of `shareData`.
    ///
    /// userErrors: CUSTOMER_GONE, CUSTOMER_RESTRICTED, RETIRED, NOT_JUSTIFIED, THIRD_PARTY_NOT_APPROVED,
    /// REVIEW_OVERDUE, NO_AGREEMENT, NO_TRANSFER_SAFEGUARD, NOT_REQUIRED_BY_A_LIVE_SERVICE, NOTICE_NOT_DELIVERED,
    /// CONSENT_MISSING.
    ///
    /// Requires: AGENT, COMPLIANCE.
    async fn record_data_locations(
        &self,
        ctx: &Context<'_>,
        input: RecordDataLocationsInput,
    ) -> Result<RecordDataLocationsPayload> {
        let access = access(ctx);
        let now = access.now();
        let line = |input: DataLocationInput| NewLine {
            customer_id: id_or_nobody(&input.customer_id),
            category: CategoryKey(input.category),
            system_id: id_or_nobody(&input.system_id),
            external_reference: input.external_reference,
            source_channel: input.source_channel.into(),
            collected_at: input.collected_at.map_or(now, |moment| moment.0),
            document_date: input.document_date.map(|date| date.0),
        };
        let lines = input.locations.into_iter().map(line).collect::<Vec<_>>();
        let attempt = |line: &NewLine| Attempt {
            customer: line.customer_id,
            system: line.system_id,
            categories: [line.category.clone()].into(),
            purpose: None,
        };
        // What is imported lies there already, and asks nobody.
        let given = lines.iter().filter(|line| line.source_channel != entity::enums::Channel::Import);
        let attempts = given.map(attempt).collect();
        let (made, user_errors) =
            outcome(access.write(RecordDataLocations { catalog: catalog(ctx), lines }).await)?;
        let blockers = blockers(ctx, &user_errors, || attempts).await?;
        let data_locations = made.map(|rows| rows.into_iter().map(DataLocation).collect());
        Ok(RecordDataLocationsPayload { data_locations, blockers, user_errors })
    }
}
