//! What customers order, and what it needs.

use super::{
    DataCategory, Purpose,
    translation::{self, Translation, translated},
};
use crate::graphql::{
    connection::connection,
    context::catalog,
    enums::{DisposalMethod, Locale},
    error::missing,
    node,
    scalars::{DateTime, Duration},
    system::System,
};
use async_graphql::{Context, ID, Object, Result};
use entity::{data_requirement, service};
use std::sync::Arc;

#[derive(Clone)]
pub struct Service(pub Arc<service::Model>);

connection!(ServiceConnection, ServiceEdge, Service);

/// What customers order.
#[Object]
impl Service {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    /// Counts changes of the requirements, too.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Such as `web-hosting`. Never changes.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// In this language; in the controller's unless told.
    async fn name(&self, ctx: &Context<'_>, locale: Option<Locale>) -> String {
        translated!(name self ctx locale)
    }

    async fn description(&self, ctx: &Context<'_>, locale: Option<Locale>) -> Option<String> {
        translated!(description self ctx locale)
    }

    async fn requirements(&self, ctx: &Context<'_>) -> Vec<DataRequirement> {
        catalog(ctx).requirements_of(self.0.id).cloned().map(DataRequirement).collect()
    }

    /// What the company processes on the customer's behalf under this service (Art. 30(2)(b)). Empty: it is no
    /// processor here.
    async fn processed_on_behalf(&self) -> &[String] {
        &self.0.processed_on_behalf.0
    }

    /// Where the impact assessment is kept, or why none is needed (Art. 35).
    async fn impact_assessment_reference(&self) -> Option<&str> {
        self.0.impact_assessment_reference.as_deref()
    }

    async fn translations(&self) -> Vec<Translation> {
        translation::all(&self.0.translations)
    }

    async fn retired_at(&self) -> Option<DateTime> {
        self.0.retired_at.map(DateTime)
    }
}

#[derive(Clone)]
pub struct DataRequirement(pub Arc<data_requirement::Model>);

/// This service needs this category, at this system, for this purpose.
#[Object]
impl DataRequirement {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn service(&self, ctx: &Context<'_>) -> Result<Service> {
        catalog(ctx).services.get(&self.0.service_id).cloned().map(Service).ok_or_else(missing)
    }

    async fn category(&self, ctx: &Context<'_>) -> Result<DataCategory> {
        catalog(ctx).categories.get(&self.0.category).cloned().map(DataCategory).ok_or_else(missing)
    }

    async fn purpose(&self, ctx: &Context<'_>) -> Result<Purpose> {
        catalog(ctx).purposes.get(&self.0.purpose).cloned().map(Purpose).ok_or_else(missing)
    }

    async fn system(&self, ctx: &Context<'_>) -> Result<System> {
        catalog(ctx).systems.get(&self.0.system_id).cloned().map(System).ok_or_else(missing)
    }

    /// What is to become of the data when nothing needs it any more.
    async fn on_end(&self) -> DisposalMethod {
        self.0.on_end.into()
    }

    /// How long it may stay after that.
    async fn grace(&self) -> Duration {
        Duration(self.0.grace.clone())
    }
}
