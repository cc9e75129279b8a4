//! Who ever received what of a customer's.

use crate::{
    domain::disclosure,
    graphql::{
        catalog::{DataCategory, categories},
        connection::connection,
        context::catalog,
        error::missing,
        scalars::DateTime,
        third_party::ThirdParty,
    },
};
use async_graphql::{Context, Object, Result};

#[derive(Clone)]
pub struct Recipient(pub disclosure::Recipient);

connection!(RecipientConnection, RecipientEdge, Recipient);

/// A third party that received something of a customer's (Art. 15(1)(c), 19).
#[Object]
impl Recipient {
    async fn third_party(&self, ctx: &Context<'_>) -> Result<ThirdParty> {
        catalog(ctx).third_parties.get(&self.0.third_party).cloned().map(ThirdParty).ok_or_else(missing)
    }

    /// All that it ever received.
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<DataCategory>> {
        categories(ctx, &self.0.categories)
    }

    async fn first_received_at(&self) -> DateTime {
        DateTime(self.0.first_received_at)
    }

    async fn last_received_at(&self) -> DateTime {
        DateTime(self.0.last_received_at)
    }

    /// Whether it holds any of it now, as far as is known.
    async fn holds_data(&self) -> bool {
        self.0.holds_data
    }
}
