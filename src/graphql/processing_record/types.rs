//! The record as it is right now.

use crate::{
    domain::{
        customer::{CustomerFilter, CustomerOrder, ListCustomers},
        processing_record::{self as domain, Activity, Gap, Record},
    },
    graphql::{
        catalog::{Controller, DataCategory, Purpose, RetentionRule, Service, categories},
        connection::Arguments,
        context::{access, catalog},
        customer::{Customer, CustomerConnection},
        enums::{Channel, CustomerKind, DisposalMethod, Locale, TransferSafeguard},
        error::{OrError, missing},
        scalars::{DateTime, Duration},
        system::System,
        third_party::ThirdParty,
    },
    policy::Action,
};
use async_graphql::{Context, Object, Result};
use entity::ids::{SystemId, ThirdPartyId};

pub struct ProcessingRecord(pub Record);

/// The register of Art. 30.
#[Object]
impl ProcessingRecord {
    async fn generated_at(&self, ctx: &Context<'_>) -> DateTime {
        DateTime(access(ctx).now())
    }

    /// SHA-256, in hex, of the document that approving it freezes: the same as long as nothing of it has changed.
    async fn hash(&self) -> String {
        self.0.hash()
    }

    /// Art. 30(1)(a): name and contact details, with representative and data protection officer.
    async fn controller(&self, ctx: &Context<'_>) -> Result<Controller> {
        catalog(ctx).controller.clone().map(Controller).ok_or_else(missing)
    }

    /// Art. 30(1)(a).
    async fn joint_controllers(&self, ctx: &Context<'_>) -> Result<Vec<ThirdParty>> {
        let catalog = catalog(ctx);
        parties(ctx, &domain::joint_controllers(&catalog))
    }

    /// What the company does as controller (Art. 30(1)).
    async fn activities(&self) -> Vec<ProcessingActivity> {
        self.0.activities.iter().cloned().map(ProcessingActivity).collect()
    }

    /// What it does on its customers' behalf (Art. 30(2)).
    async fn processor_activities(&self) -> Vec<ProcessorActivity> {
        self.0.processor_activities.iter().cloned().map(ProcessorActivity).collect()
    }

    /// What the law asks for that is not on record, of the company and of all places.
    async fn gaps(&self) -> Vec<RecordGap> {
        self.0.gaps.iter().copied().map(RecordGap).collect()
    }
}

fn systems(ctx: &Context<'_>, ids: &[SystemId]) -> Result<Vec<System>> {
    let catalog = catalog(ctx);
    ids.iter().map(|id| catalog.systems.get(id).cloned().map(System).ok_or_else(missing)).collect()
}

fn parties(ctx: &Context<'_>, ids: &[ThirdPartyId]) -> Result<Vec<ThirdParty>> {
    let catalog = catalog(ctx);
    ids.iter().map(|id| catalog.third_parties.get(id).cloned().map(ThirdParty).ok_or_else(missing)).collect()
}

pub struct ProcessingActivity(Activity);

/// One line of Art. 30(1): one purpose, for one service or for the company as a whole.
#[Object]
impl ProcessingActivity {
    /// The same from one report to the next.
    async fn key(&self) -> &str {
        &self.0.key
    }

    async fn service(&self, ctx: &Context<'_>) -> Result<Option<Service>> {
        let Some(id) = self.0.service else { return Ok(None) };
        catalog(ctx).services.get(&id).cloned().map(|row| Some(Service(row))).ok_or_else(missing)
    }

    /// (b), with its legal basis.
    async fn purpose(&self, ctx: &Context<'_>) -> Result<Purpose> {
        catalog(ctx).purposes.get(&self.0.purpose).cloned().map(Purpose).ok_or_else(missing)
    }

    /// (c) whose data: the kinds of customers who have the service. Empty while nobody has.
    async fn subjects(&self) -> Vec<CustomerKind> {
        self.0.subjects.iter().copied().map(Into::into).collect()
    }

    /// (c) which data
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<DataCategory>> {
        categories(ctx, &self.0.categories)
    }

    /// Where the data comes from.
    async fn sources(&self) -> Vec<Channel> {
        self.0.sources.iter().copied().map(Into::into).collect()
    }

    /// Where it is kept.
    async fn systems(&self, ctx: &Context<'_>) -> Result<Vec<System>> {
        systems(ctx, &self.0.systems)
    }

    /// (d)
    async fn recipients(&self, ctx: &Context<'_>) -> Result<Vec<ThirdParty>> {
        parties(ctx, &self.0.recipients)
    }

    /// (d) the kinds of third parties
    async fn recipient_kinds(&self, ctx: &Context<'_>) -> Vec<String> {
        let catalog = catalog(ctx);
        let kinds = self.0.recipients.iter().filter_map(|id| catalog.third_parties.get(id));
        let kinds = kinds.map(|row| row.kind.clone()).collect::<std::collections::BTreeSet<_>>();
        kinds.into_iter().collect()
    }

    /// (e)
    async fn transfers(&self) -> Vec<Transfer> {
        self.0.transfers.iter().cloned().map(Transfer).collect()
    }

    /// (f)
    async fn time_limits(&self) -> Vec<TimeLimit> {
        self.0.time_limits.iter().cloned().map(TimeLimit).collect()
    }

    /// (g), with those of the recipients
    async fn measures(&self, ctx: &Context<'_>) -> Vec<String> {
        self.0.measures(&catalog(ctx))
    }

    /// What the law asks for of the places it is kept at, and is not on record.
    async fn gaps(&self, ctx: &Context<'_>) -> Vec<RecordGap> {
        Record::gaps_of(&self.0, &catalog(ctx)).into_iter().map(RecordGap).collect()
    }
}

pub struct RecordGap(Gap);

/// Something that Art. 30 asks for, and that is not on record.
#[Object]
impl RecordGap {
    /// Such as `30(1)(g)`.
    async fn article(&self) -> String {
        format!("30(1)({})", self.0.letter())
    }

    /// For a person to read: what is missing.
    async fn message(&self, ctx: &Context<'_>, locale: Option<Locale>) -> String {
        let catalog = catalog(ctx);
        self.0.text(&catalog, locale.map_or(catalog.locale(), Into::into))
    }
}

pub struct Transfer(domain::Transfer);

/// A transfer out of the European Economic Area.
#[Object]
impl Transfer {
    async fn third_party(&self, ctx: &Context<'_>) -> Result<ThirdParty> {
        catalog(ctx).third_parties.get(&self.0.third_party).cloned().map(ThirdParty).ok_or_else(missing)
    }

    /// ISO 3166-1 alpha-2.
    async fn country(&self) -> &str {
        &self.0.country
    }

    async fn safeguard(&self, ctx: &Context<'_>) -> Option<TransferSafeguard> {
        catalog(ctx).third_parties.get(&self.0.third_party)?.safeguard.map(Into::into)
    }

    /// Where the safeguard is documented; required for DEROGATION (Art. 30(1)(e)).
    async fn safeguard_reference(&self, ctx: &Context<'_>) -> Option<String> {
        catalog(ctx).third_parties.get(&self.0.third_party)?.safeguard_reference.clone()
    }
}

pub struct TimeLimit(domain::TimeLimit);

/// How long one category is kept.
#[Object]
impl TimeLimit {
    async fn category(&self, ctx: &Context<'_>) -> Result<DataCategory> {
        catalog(ctx).categories.get(&self.0.category).cloned().map(DataCategory).ok_or_else(missing)
    }

    /// After the service ends.
    async fn grace(&self) -> Option<Duration> {
        self.0.grace.clone().map(Duration)
    }

    async fn on_end(&self) -> DisposalMethod {
        self.0.on_end.into()
    }

    /// What makes it stay longer.
    async fn retention_rule(&self, ctx: &Context<'_>) -> Option<RetentionRule> {
        catalog(ctx).retention_rules.get(&self.0.rule?).cloned().map(RetentionRule)
    }

    /// For a person to read.
    async fn text(&self, ctx: &Context<'_>, locale: Option<Locale>) -> String {
        let catalog = catalog(ctx);
        self.0.text(&catalog, locale.map_or(catalog.locale(), Into::into))
    }
}

pub struct ProcessorActivity(domain::ProcessorActivity);

/// One line of Art. 30(2): a service under which the company is its customers' processor.
#[Object]
impl ProcessorActivity {
    async fn service(&self, ctx: &Context<'_>) -> Result<Service> {
        catalog(ctx).services.get(&self.0.service).cloned().map(Service).ok_or_else(missing)
    }

    /// (a) on whose behalf: the customers who have the service
    async fn controllers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<CustomerConnection> {
        const LIST: &str = "controllers";
        access(ctx).require(Action::ListCustomers).await.or_error()?;
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let filter = CustomerFilter { service: Some(self.0.service), ..CustomerFilter::default() };
        let order = CustomerOrder::ReferenceAsc;
        let inquiry = ListCustomers { catalog: catalog(ctx), filter, order, page };
        let page = access(ctx).read(inquiry).await.or_error()?;
        Ok(CustomerConnection::new(LIST, page.map(Customer)))
    }

    /// (b)
    async fn processing(&self) -> &[String] {
        &self.0.processing
    }

    /// The processors that the company itself uses for it.
    async fn sub_processors(&self, ctx: &Context<'_>) -> Result<Vec<ThirdParty>> {
        parties(ctx, &self.0.sub_processors)
    }

    /// (c)
    async fn transfers(&self) -> Vec<Transfer> {
        self.0.transfers.iter().cloned().map(Transfer).collect()
    }

    /// (d)
    async fn measures(&self, ctx: &Context<'_>) -> Vec<String> {
        self.0.measures(&catalog(ctx))
    }
}
