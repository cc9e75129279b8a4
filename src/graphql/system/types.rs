//! A place where data is stored.

use crate::{
    domain::data_location::{AtPlace, During},
    graphql::{
        connection::{Arguments, connection},
        connector::{Connector, connector_of},
        context::{access, catalog, loaders},
        data_location::{CustomerDataConnection, customers_at},
        error::OrError,
        loaders::{ConnectorStateOf, ReconciledAt},
        node,
        reconciliation::{ReconciliationConnection, reconciliations_of},
        scalars::{Date, DateTime},
        third_party::ThirdParty,
    },
    policy::Action,
};
use async_graphql::{Context, ID, Object, Result};
use entity::system;
use std::sync::Arc;

/// How a place is run is for those who may ask for places. Customers see where their data lies.
async fn to_those_who_run_it(ctx: &Context<'_>) -> Result<()> {
    access(ctx).permit(Action::SeeSystems).await.or_error()
}

#[derive(Clone)]
pub struct System(pub Arc<system::Model>);

connection!(SystemConnection, SystemEdge, System);

/// A place where data is stored.
#[Object]
impl System {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn version(&self) -> i32 {
        self.0.version
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Who runs it; null in-house.
    async fn third_party(&self, ctx: &Context<'_>) -> Option<ThirdParty> {
        let id = self.0.third_party_id?;
        catalog(ctx).third_parties.get(&id).cloned().map(ThirdParty)
    }

    /// ISO 3166-1 alpha-2.
    async fn country(&self) -> &str {
        &self.0.country
    }

    /// Who answers for it in the company.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR, ADMIN.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        to_those_who_run_it(ctx).await?;
        Ok(self.0.owner.as_deref())
    }

    /// How it is protected (Art. 32).
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR, ADMIN.
    async fn measures(&self, ctx: &Context<'_>) -> Result<&[String]> {
        to_those_who_run_it(ctx).await?;
        Ok(&self.0.measures.0)
    }

    /// Requires: AGENT, COMPLIANCE, AUDITOR, ADMIN.
    async fn review_due(&self, ctx: &Context<'_>) -> Result<Option<Date>> {
        to_those_who_run_it(ctx).await?;
        Ok(self.0.review_due.map(Date))
    }

    /// How the program reaches it. Null: every task there is a work item for a person.
    ///
    /// Requires: ADMIN, COMPLIANCE.
    async fn connector(&self, ctx: &Context<'_>) -> Result<Option<Connector>> {
        access(ctx).permit(Action::SeeConnectors).await.or_error()?;
        if self.0.connector.is_none() {
            return Ok(None);
        }
        let state = loaders(ctx).batch.load_one(ConnectorStateOf(self.0.id)).await.or_error()?;
        let catalog = catalog(ctx);
        let party = self.0.third_party_id.and_then(|id| catalog.third_parties.get(&id));
        Ok(connector_of(&self.0, state, party.and_then(|party| party.privacy_contact.clone())))
    }

    /// When the map was last checked against the system itself.
    ///
    /// Requires: COMPLIANCE, AUDITOR, ADMIN.
    async fn reconciled_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        Ok(loaders(ctx).batch.load_one(ReconciledAt(self.0.id)).await.or_error()?.map(DateTime))
    }

    /// Newest first. Those that are limited to a customer are for those who may know of customers.
    ///
    /// Requires: COMPLIANCE, AUDITOR, ADMIN.
    async fn reconciliations(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<ReconciliationConnection> {
        reconciliations_of(ctx, self.0.id, Arguments { first, after, last, before }).await
    }

    /// Whose data is held here, and which, now or at a given time.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn customers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(desc = "Now unless told.")] as_of: Option<DateTime>,
        #[graphql(desc = "Only these categories.")] categories: Option<Vec<String>>,
    ) -> Result<CustomerDataConnection> {
        let during = as_of.map(|moment| During::at(moment.0));
        let arguments = Arguments { first, after, last, before };
        customers_at(ctx, AtPlace::System(self.0.id), arguments, during, categories).await
    }

    async fn retired_at(&self) -> Option<DateTime> {
        self.0.retired_at.map(DateTime)
    }
}
