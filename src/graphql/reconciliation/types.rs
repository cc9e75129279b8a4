//! A comparison, and on what the map and the system disagree.

use crate::{
    domain::reconciliation::Differing,
    graphql::{
        catalog::{DataCategory, categories},
        connection::{Arguments, connection},
        context::{catalog, loaders},
        customer::Customer,
        data_location::DataLocation,
        enums::{DifferenceKind, ReconciliationState},
        error::{OrError, missing},
        loaders::{DifferencesPage, One, ReconciliationsPage},
        node,
        scalars::DateTime,
        system::System,
    },
};
use async_graphql::{Context, ID, Object, Result};
use entity::{ids::SystemId, reconciliation, reconciliation_difference};

#[derive(Clone)]
pub struct Reconciliation(pub reconciliation::Model);

connection!(ReconciliationConnection, ReconciliationEdge, Reconciliation);

/// One comparison of the map with what a system itself holds.
#[Object]
impl Reconciliation {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn system(&self, ctx: &Context<'_>) -> Result<System> {
        catalog(ctx).systems.get(&self.0.system_id).cloned().map(System).ok_or_else(missing)
    }

    /// The one customer that it was limited to.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        let Some(id) = self.0.customer_id else { return Ok(None) };
        Ok(loaders(ctx).batch.load_one(id).await.or_error()?.map(Customer))
    }

    async fn state(&self) -> ReconciliationState {
        self.0.state.into()
    }

    async fn started_at(&self) -> DateTime {
        DateTime(self.0.started_at)
    }

    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }

    /// What went wrong, when it failed. Without personal values.
    async fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }

    /// Lines of the map that were found as they should be.
    async fn matched(&self) -> i32 {
        i32::try_from(self.0.matched).unwrap_or(i32::MAX)
    }

    /// In the order in which they were found.
    async fn differences(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        kinds: Option<Vec<DifferenceKind>>,
    ) -> Result<ReconciliationDifferenceConnection> {
        const LIST: &str = "differences";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let kinds = kinds.map(|kinds| kinds.into_iter().map(Into::into).collect());
        let found = loaders(ctx).batch.load_one(DifferencesPage(self.0.id, kinds, page)).await.or_error()?;
        let page = found.unwrap_or_default().map(ReconciliationDifference);
        Ok(ReconciliationDifferenceConnection::new(LIST, page))
    }
}

/// A page of a system's comparisons, newest first.
///
/// # Errors
/// `BAD_USER_INPUT` for a page that cannot be.
pub async fn reconciliations_of(
    ctx: &Context<'_>,
    system: SystemId,
    arguments: Arguments,
) -> Result<ReconciliationConnection> {
    const LIST: &str = "reconciliations";
    let page = arguments.request(ctx, LIST)?;
    let found = loaders(ctx).batch.load_one(ReconciliationsPage(system, page)).await.or_error()?;
    Ok(ReconciliationConnection::new(LIST, found.unwrap_or_default().map(Reconciliation)))
}

#[derive(Clone)]
pub struct ReconciliationDifference(pub Differing);

connection!(ReconciliationDifferenceConnection, ReconciliationDifferenceEdge, ReconciliationDifference);

/// One thing on which the map and the system disagree.
#[Object]
impl ReconciliationDifference {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn kind(&self) -> DifferenceKind {
        self.0.kind.into()
    }

    /// The line of the map, if there is one; of what is STILL_THERE, the one that it is disposed of by now.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn data_location(&self, ctx: &Context<'_>) -> Result<Option<DataLocation>> {
        let Some(id) = self.whom(ctx).await?.data_location_id else { return Ok(None) };
        Ok(loaders(ctx).batch.load_one(One(id)).await.or_error()?.map(DataLocation))
    }

    /// Whose it is, if that is known.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        let Some(id) = self.whom(ctx).await?.customer_id else { return Ok(None) };
        Ok(loaders(ctx).batch.load_one(id).await.or_error()?.map(Customer))
    }

    async fn category(&self, ctx: &Context<'_>) -> Result<Option<DataCategory>> {
        Ok(categories(ctx, std::slice::from_ref(&self.0.category))?.pop())
    }

    /// The record's key in the system, of what is on no map; until the system is compared again. Null where it knows people
    /// by an e-mail address, a phone number or a national id, and of customers who are gone.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn external_reference(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.whom(ctx).await?.external_reference)
    }
}

impl ReconciliationDifference {
    async fn whom(&self, ctx: &Context<'_>) -> Result<reconciliation_difference::Model> {
        loaders(ctx).batch.load_one(One(self.0.id)).await.or_error()?.ok_or_else(missing)
    }
}
