//! A line of the data map.

use super::Justification;
use crate::{
    domain::{
        data_location::{LocationFilter, LocationsOf},
        page::PageRequest,
    },
    graphql::{
        catalog::DataCategory,
        connection::connection,
        context::{access, catalog, charge_beyond_few, loaders, renewed_catalog},
        customer::Customer,
        enums::{Channel, DataLocationState},
        error::{OrError, missing},
        named, node,
        scalars::{Date, DateTime},
        system::System,
    },
    policy::Action,
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::data_location;

#[derive(Clone)]
pub struct DataLocation(pub data_location::Model);

connection!(DataLocationConnection, DataLocationEdge, DataLocation);

/// One customer's data of one category in one system: a line of the data map. It stays, as a tombstone, once the
/// data is gone.
#[Object]
impl DataLocation {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn customer(&self, ctx: &Context<'_>) -> Result<Customer> {
        let found = loaders(ctx).batch.load_one(self.0.customer_id).await.or_error()?;
        found.map(Customer).ok_or_else(missing)
    }

    async fn category(&self, ctx: &Context<'_>) -> Result<DataCategory> {
        let found = match catalog(ctx).categories.get(&self.0.category) {
            Some(category) => Some(category.clone()),
            // Another server added it a moment ago.
            None => renewed_catalog(ctx).await.or_error()?.categories.get(&self.0.category).cloned(),
        };
        found.map(DataCategory).ok_or_else(missing)
    }

    async fn system(&self, ctx: &Context<'_>) -> Result<System> {
        let found = match catalog(ctx).systems.get(&self.0.system_id) {
            Some(system) => Some(system.clone()),
            None => renewed_catalog(ctx).await.or_error()?.systems.get(&self.0.system_id).cloned(),
        };
        found.map(System).ok_or_else(missing)
    }

    /// The record's key in that system; null once the data is gone.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// Where the data came from (Art. 15(1)(g)).
    async fn source_channel(&self) -> Channel {
        self.0.source_channel.into()
    }

    async fn collected_at(&self) -> DateTime {
        DateTime(self.0.collected_at)
    }

    /// The date of the document that the data belongs to, such as an invoice.
    async fn document_date(&self) -> Option<Date> {
        self.0.document_date.map(Date)
    }

    /// The actor's name.
    async fn recorded_by(&self) -> &str {
        &self.0.recorded_by
    }

    async fn state(&self) -> DataLocationState {
        self.0.state.into()
    }

    async fn held_from(&self) -> DateTime {
        DateTime(self.0.held_from)
    }

    async fn held_to(&self) -> Option<DateTime> {
        self.0.held_to.map(DateTime)
    }

    /// When the system itself last said that it is there. Null: this version asks no system.
    async fn last_verified_at(&self) -> Option<DateTime> {
        self.0.last_verified_at.map(DateTime)
    }

    /// Why it may be here. Empty means that it may not.
    async fn justifications(&self, ctx: &Context<'_>) -> Result<Vec<Justification>> {
        if self.0.held_to.is_some() {
            // A tombstone holds nothing that could need a reason.
            access(ctx).permit(Action::Justify).await.or_error()?;
            return Ok(Vec::new());
        }
        let facts = loaders(ctx).batch.load_one(self.0.id).await.or_error()?.unwrap_or_default();
        charge_beyond_few(ctx, facts.len())?;
        Ok(facts.into_iter().map(|fact| Justification { fact, location: self.0.clone() }).collect())
    }
}

#[derive(Debug, Default, InputObject)]
pub struct DataLocationFilter {
    states: Option<Vec<DataLocationState>>,
    system_ids: Option<Vec<ID>>,
    third_party_ids: Option<Vec<ID>>,
    categories: Option<Vec<String>>,
    /// true: something justifies it; false: nothing does. What is no longer there is neither.
    justified: Option<bool>,
    /// Held at that time.
    held_at: Option<DateTime>,
}

impl DataLocationFilter {
    /// The part of a map that the filter and the page ask for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for systems, third parties and categories that there are not.
    pub fn part(self, ctx: &Context<'_>, page: PageRequest) -> Result<LocationsOf> {
        let filter = LocationFilter {
            states: self.states.map(|any| any.into_iter().map(Into::into).collect()),
            systems: self
                .system_ids
                .map(|any| any.iter().map(|id| named::system(ctx, "filter.systemIds", id)).collect())
                .transpose()?,
            third_parties: self
                .third_party_ids
                .map(|any| any.iter().map(|id| named::third_party(ctx, "filter.thirdPartyIds", id)).collect())
                .transpose()?,
            categories: self
                .categories
                .map(|keys| named::categories(ctx, "filter.categories", keys))
                .transpose()?,
            justified: self.justified,
            held_at: self.held_at.map(|moment| moment.0),
        };
        Ok(LocationsOf { filter, page })
    }
}
