//! What was given to a third party.

use crate::graphql::{
    catalog::{DataCategory, Purpose, categories},
    connection::connection,
    consent::Consent,
    context::{catalog, loaders},
    customer::Customer,
    enums::Channel,
    error::{OrError, missing},
    loaders::One,
    node,
    scalars::DateTime,
    system::System,
    third_party::ThirdParty,
};
use async_graphql::{Context, ID, Object, Result};
use entity::disclosure;

#[derive(Clone)]
pub struct Disclosure(pub disclosure::Model);

connection!(DisclosureConnection, DisclosureEdge, Disclosure);

/// What was given to a third party, when, by whom and with whose leave (Art. 15(1)(c)).
#[Object]
impl Disclosure {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn customer(&self, ctx: &Context<'_>) -> Result<Customer> {
        let found = loaders(ctx).batch.load_one(self.0.customer_id).await.or_error()?;
        found.map(Customer).ok_or_else(missing)
    }

    async fn third_party(&self, ctx: &Context<'_>) -> Result<ThirdParty> {
        catalog(ctx).third_parties.get(&self.0.third_party_id).cloned().map(ThirdParty).ok_or_else(missing)
    }

    async fn system(&self, ctx: &Context<'_>) -> Result<System> {
        catalog(ctx).systems.get(&self.0.system_id).cloned().map(System).ok_or_else(missing)
    }

    async fn purpose(&self, ctx: &Context<'_>) -> Result<Purpose> {
        catalog(ctx).purposes.get(&self.0.purpose).cloned().map(Purpose).ok_or_else(missing)
    }

    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<DataCategory>> {
        let keys = loaders(ctx).batch.load_one(self.0.id).await.or_error()?.unwrap_or_default();
        categories(ctx, &keys)
    }

    /// Null where the purpose needs none.
    async fn consent(&self, ctx: &Context<'_>) -> Result<Option<Consent>> {
        let Some(id) = self.0.consent_id else { return Ok(None) };
        Ok(loaders(ctx).batch.load_one(One(id)).await.or_error()?.map(Consent))
    }

    async fn channel(&self) -> Channel {
        self.0.channel.into()
    }

    async fn disclosed_at(&self) -> DateTime {
        DateTime(self.0.disclosed_at)
    }

    /// The actor's name.
    async fn disclosed_by(&self) -> &str {
        &self.0.disclosed_by
    }
}
