//! An incident, and who was told of it.

use super::enums::{IncidentKind, IncidentRecipient, IncidentRisk};
use crate::{
    domain::{
        data_location::{AtPlace, During},
        incident::{AffectedCategories, IncidentFilter as Filter, NotificationForm, OnRecord, is_overdue},
    },
    graphql::{
        catalog::{DataCategory, categories},
        connection::{Arguments, connection},
        context::{access, catalog, charge_work},
        data_location::{CustomerDataConnection, customers_at},
        enums::Locale,
        error::{OrError, missing},
        named, node,
        scalars::DateTime,
        system::System,
        third_party::ThirdParty,
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::incident_notification;

#[derive(Clone)]
pub struct Incident(pub OnRecord);

connection!(IncidentConnection, IncidentEdge, Incident);

/// What a look at all that was at an incident's systems is worth in values: a request takes ten at most.
const LOOK: usize = 4_800;

/// A personal-data breach at a system or a third party (Art. 33).
#[Object]
impl Incident {
    pub async fn id(&self) -> ID {
        node::id(self.0.row.id)
    }

    async fn version(&self) -> i32 {
        self.0.row.version
    }

    async fn summary(&self) -> &str {
        &self.0.row.summary
    }

    async fn kinds(&self) -> Vec<IncidentKind> {
        self.0.kinds().into_iter().map(Into::into).collect()
    }

    /// How likely it is to harm people; null until judged.
    async fn risk(&self) -> Option<IncidentRisk> {
        self.0.row.risk.map(Into::into)
    }

    /// Where it happened; null when it was in-house, or at several.
    async fn third_party(&self, ctx: &Context<'_>) -> Result<Option<ThirdParty>> {
        let Some(id) = self.0.row.third_party_id else { return Ok(None) };
        catalog(ctx).third_parties.get(&id).cloned().map(|row| Some(ThirdParty(row))).ok_or_else(missing)
    }

    /// All systems concerned.
    async fn systems(&self, ctx: &Context<'_>) -> Result<Vec<System>> {
        let catalog = catalog(ctx);
        let system = |id| catalog.systems.get(id).cloned().map(System).ok_or_else(missing);
        self.0.systems.iter().map(system).collect()
    }

    async fn window_start(&self) -> DateTime {
        DateTime(self.0.row.window_start)
    }

    /// Null: not known, or not over.
    async fn window_end(&self) -> Option<DateTime> {
        self.0.row.window_end.map(DateTime)
    }

    /// When the company learnt of it.
    async fn aware_at(&self) -> DateTime {
        DateTime(self.0.row.aware_at)
    }

    /// 72 hours after `awareAt` (Art. 33(1)).
    async fn notification_due_at(&self) -> DateTime {
        DateTime(self.0.due_at())
    }

    /// Past due, the authority not told, and the risk not UNLIKELY.
    async fn overdue(&self, ctx: &Context<'_>) -> bool {
        is_overdue(&self.0, access(ctx).now())
    }

    /// Oldest first.
    async fn notifications(&self) -> Vec<IncidentNotification> {
        self.0.notifications.iter().cloned().map(IncidentNotification).collect()
    }

    /// What it may lead to (Art. 33(3)(c)).
    async fn consequences(&self) -> Option<&str> {
        self.0.row.consequences.as_deref()
    }

    /// What was done about it (Art. 33(3)(d)).
    async fn measures(&self) -> Option<&str> {
        self.0.row.measures.as_deref()
    }

    /// All that was there in the window.
    async fn affected_categories(&self, ctx: &Context<'_>) -> Result<Vec<DataCategory>> {
        charge_work(ctx, LOOK)?;
        let keys = access(ctx).read(AffectedCategories(self.0.clone())).await.or_error()?;
        categories(ctx, &keys)
    }

    /// Whose data was there in the window, and which.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn affected_customers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(desc = "Only these categories.")] categories: Option<Vec<String>>,
    ) -> Result<CustomerDataConnection> {
        let OnRecord { row, systems, .. } = &self.0;
        let place = AtPlace::Incident { id: row.id, systems: systems.clone() };
        let during = During { from: row.window_start, to: self.0.until() };
        let arguments = Arguments { first, after, last, before };
        customers_at(ctx, place, arguments, Some(during), categories).await
    }

    /// What the authority is to be told (Art. 33(3)), filled in from what is on record, as a text. What is missing says so. In the
    /// controller's language unless told.
    async fn notification_form(&self, ctx: &Context<'_>, locale: Option<Locale>) -> Result<String> {
        charge_work(ctx, LOOK)?;
        let catalog = catalog(ctx);
        let locale = locale.map_or(catalog.locale(), Into::into);
        let form = NotificationForm { catalog, incident: self.0.clone(), locale };
        access(ctx).read(form).await.or_error()
    }

    /// The actor's name.
    async fn reported_by(&self) -> &str {
        &self.0.row.reported_by
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.row.created_at)
    }

    async fn closed_at(&self) -> Option<DateTime> {
        self.0.row.closed_at.map(DateTime)
    }

    /// The actor's name.
    async fn closed_by(&self) -> Option<&str> {
        self.0.row.closed_by.as_deref()
    }

    async fn conclusion(&self) -> Option<&str> {
        self.0.row.conclusion.as_deref()
    }

    /// Which exception of Art. 34(3) holds, where the risk is high and the customers were not told.
    async fn customers_not_told_reason(&self) -> Option<&str> {
        self.0.row.not_told_because.as_deref()
    }
}

pub struct IncidentNotification(incident_notification::Model);

/// One time that somebody was told of an incident.
#[Object]
impl IncidentNotification {
    async fn recipient(&self) -> IncidentRecipient {
        self.0.recipient.into()
    }

    async fn notified_at(&self) -> DateTime {
        DateTime(self.0.notified_at)
    }

    /// By which way: a letter to each, an e-mail, a public announcement (Art. 34(3)(c)), ...
    async fn method(&self) -> Option<&str> {
        self.0.method.as_deref()
    }

    /// The authority's case number, a letter's reference, ...
    async fn reference(&self) -> Option<&str> {
        self.0.reference.as_deref()
    }

    /// Why it came after the 72 hours (Art. 33(1)).
    async fn delay_reason(&self) -> Option<&str> {
        self.0.delay_reason.as_deref()
    }

    /// The actor's name.
    async fn recorded_by(&self) -> &str {
        &self.0.recorded_by
    }
}

#[derive(Debug, Default, InputObject)]
pub struct IncidentFilter {
    /// true: only those not closed; false: only those closed.
    open: Option<bool>,
    overdue: Option<bool>,
    system_id: Option<ID>,
    third_party_id: Option<ID>,
}

impl IncidentFilter {
    /// What the filter asks for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for what there is not.
    pub fn into_domain(self, ctx: &Context<'_>) -> Result<Filter> {
        let system = self.system_id.map(|id| named::system(ctx, "filter.systemId", &id)).transpose()?;
        let third_party =
            self.third_party_id.map(|id| named::third_party(ctx, "filter.thirdPartyId", &id)).transpose()?;
        Ok(Filter { open: self.open, overdue: self.overdue, system, third_party })
    }
}
