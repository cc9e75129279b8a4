//! Who ever received what of a customer's.

use crate::{
    domain::{disclosure, task::TasksOf},
    graphql::{
        catalog::{DataCategory, categories},
        connection::{Arguments, connection},
        context::{catalog, loaders},
        error::{OrError, missing},
        loaders::Part,
        scalars::DateTime,
        task::{Task, TaskConnection, TaskFilter},
        third_party::ThirdParty,
    },
};
use async_graphql::{Context, Object, Result};
use entity::ids::CustomerId;

#[derive(Clone)]
pub struct Recipient {
    pub customer: CustomerId,
    pub row: disclosure::Recipient,
}

connection!(RecipientConnection, RecipientEdge, Recipient);

/// A third party that received something of a customer's (Art. 15(1)(c), 19).
#[Object]
impl Recipient {
    async fn third_party(&self, ctx: &Context<'_>) -> Result<ThirdParty> {
        catalog(ctx).third_parties.get(&self.row.third_party).cloned().map(ThirdParty).ok_or_else(missing)
    }

    /// All that it ever received.
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<DataCategory>> {
        categories(ctx, &self.row.categories)
    }

    async fn first_received_at(&self) -> DateTime {
        DateTime(self.row.first_received_at)
    }

    async fn last_received_at(&self) -> DateTime {
        DateTime(self.row.last_received_at)
    }

    /// Whether it holds any of it now, as far as is known.
    async fn holds_data(&self) -> bool {
        self.row.holds_data
    }

    /// What is to be done there with this customer's data, and what was.
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<TaskFilter>,
    ) -> Result<TaskConnection> {
        const LIST: &str = "recipientTasks";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let filter = filter.unwrap_or_default().at(ctx, self.row.third_party)?;
        let part = Part(self.customer, TasksOf { filter, page });
        let page = loaders(ctx).batch.load_one(part).await.or_error()?.unwrap_or_default();
        Ok(TaskConnection::new(LIST, page.map(Task)))
    }
}
