//! A customer and their profile.

use crate::{
    access::Revealed,
    domain::{
        customer::{Keyed, RevealProfile},
        picture::PictureOfCustomer,
    },
    graphql::{
        audit::{AuditEvent, AuditEventConnection},
        connection::{Arguments, connection, page_of},
        consent::{Consent, ConsentConnection},
        context::{access, catalog, charge_beyond_few, charge_work, loaders},
        data_location::{DataLocation, DataLocationConnection, DataLocationFilter},
        data_request::{DataRequest, DataRequestConnection},
        disclosure::{Disclosure, DisclosureConnection, Recipient, RecipientConnection},
        enums::{CustomerKind, CustomerStatus, Locale, PictureFormat},
        error::OrError,
        legal_hold::LegalHold,
        loaders::{Part, RestrictionOf},
        node,
        notice::{Notice, NoticeConnection},
        picture::drawn,
        restriction::Restriction,
        scalars::DateTime,
        subscription::{ServiceSubscription, ServiceSubscriptionConnection},
        task::{Task, TaskConnection, TaskFilter},
    },
    policy::ProfileField,
};
use async_graphql::{Context, ID, Object, Result};

#[derive(Clone)]
pub struct Customer(pub Keyed);

connection!(CustomerConnection, CustomerEdge, Customer);

/// What a picture is worth in values: a request draws twenty at most, each from all of a customer's map.
const PICTURE: usize = 2_400;

/// Somebody whose data the company has: the data subject, or a company with its contact person.
#[Object]
impl Customer {
    pub async fn id(&self) -> ID {
        node::id(self.0.row.id)
    }

    /// The company's own customer number. A pseudonym takes its place once anonymized or erased.
    async fn reference(&self) -> &str {
        &self.0.row.reference
    }

    async fn kind(&self) -> CustomerKind {
        self.0.row.kind.into()
    }

    async fn status(&self) -> CustomerStatus {
        self.0.row.status.into()
    }

    async fn status_since(&self) -> DateTime {
        DateTime(self.0.row.status_since)
    }

    async fn locale(&self) -> Locale {
        self.0.row.locale.into()
    }

    async fn version(&self) -> i32 {
        self.0.row.version
    }

    /// Null once anonymized or erased, and for roles or purposes that may not see it.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<CustomerProfile>> {
        // Only what is asked for is opened, and only that stands in the log.
        let wanted = ctx.look_ahead();
        let fields =
            ProfileField::ALL.into_iter().filter(|field| wanted.field(field.word()).exists()).collect();
        let reveal = RevealProfile { customer: self.0.clone(), fields };
        Ok(access(ctx).read(reveal).await.or_hidden()?.flatten().map(CustomerProfile))
    }

    /// The restriction of Art. 18, while there is one.
    async fn restriction(&self, ctx: &Context<'_>) -> Result<Option<Restriction>> {
        if self.0.row.status != entity::enums::CustomerStatus::Restricted {
            return Ok(None);
        }
        let found = loaders(ctx).batch.load_one(RestrictionOf(self.0.row.id)).await.or_error()?;
        Ok(found.map(Restriction::from))
    }

    /// The services ordered. `active: true` gives only those running, `false` only those ended.
    async fn service_subscriptions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        active: Option<bool>,
    ) -> Result<ServiceSubscriptionConnection> {
        const LIST: &str = "serviceSubscriptions";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let part = Part(self.0.row.id, crate::domain::subscription::SubscriptionsOf { active, page });
        let page = loaders(ctx).batch.load_one(part).await.or_error()?.unwrap_or_default();
        Ok(ServiceSubscriptionConnection::new(LIST, page.map(ServiceSubscription)))
    }

    /// The data map: every place where this customer's data is or was.
    async fn data_locations(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<DataLocationFilter>,
    ) -> Result<DataLocationConnection> {
        const LIST: &str = "dataLocations";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let of = filter.unwrap_or_default().part(ctx, page)?;
        let page = loaders(ctx).batch.load_one(Part(self.0.row.id, of)).await.or_error()?.unwrap_or_default();
        Ok(DataLocationConnection::new(LIST, page.map(DataLocation)))
    }

    /// The data map as a picture: which service, or what else, lets data be at which system, and who has that. What nothing
    /// justifies, and tasks that are overdue, are told in words. In the customer's language unless told.
    async fn data_map_picture(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "PictureFormat::Svg")] format: PictureFormat,
        locale: Option<Locale>,
    ) -> Result<String> {
        charge_work(ctx, PICTURE)?;
        let row = &self.0.row;
        let inquiry = PictureOfCustomer {
            catalog: catalog(ctx),
            customer: row.id,
            reference: row.reference.clone(),
            locale: locale.map_or(row.locale, Into::into),
        };
        let picture = access(ctx).read(inquiry).await.or_error()?;
        Ok(drawn(&picture, format))
    }

    async fn consents(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        active: Option<bool>,
    ) -> Result<ConsentConnection> {
        const LIST: &str = "consents";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let part = Part(self.0.row.id, crate::domain::consent::ConsentsOf { active, page });
        let page = loaders(ctx).batch.load_one(part).await.or_error()?.unwrap_or_default();
        Ok(ConsentConnection::new(LIST, page.map(Consent)))
    }

    async fn notices(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<NoticeConnection> {
        const LIST: &str = "notices";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let part = Part(self.0.row.id, crate::domain::notice::NoticesOf(page));
        let page = loaders(ctx).batch.load_one(part).await.or_error()?.unwrap_or_default();
        Ok(NoticeConnection::new(LIST, page.map(Notice)))
    }

    async fn disclosures(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<DisclosureConnection> {
        const LIST: &str = "disclosures";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let part = Part(self.0.row.id, crate::domain::disclosure::DisclosuresOf(page));
        let page = loaders(ctx).batch.load_one(part).await.or_error()?.unwrap_or_default();
        Ok(DisclosureConnection::new(LIST, page.map(Disclosure)))
    }

    /// Who ever received what (Art. 15(1)(c)), in the order in which they first did.
    async fn recipients(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<RecipientConnection> {
        const LIST: &str = "recipients";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let part = Part(self.0.row.id, crate::domain::disclosure::RecipientsOf);
        let all = loaders(ctx).batch.load_one(part).await.or_error()?.unwrap_or_default();
        let page = page_of(&page, all, |one| vec![one.third_party.0.to_string()])?;
        let customer = self.0.row.id;
        Ok(RecipientConnection::new(LIST, page.map(|row| Recipient { customer, row })))
    }

    /// What this customer asked for by their rights, newest first.
    async fn data_requests(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<DataRequestConnection> {
        const LIST: &str = "customerDataRequests";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let part = Part(self.0.row.id, crate::domain::data_request::RequestsOf(page));
        let page = loaders(ctx).batch.load_one(part).await.or_error()?.unwrap_or_default();
        Ok(DataRequestConnection::new(LIST, page.map(DataRequest)))
    }

    /// What is to be done with this customer's data at systems and third parties, and what was.
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<TaskFilter>,
    ) -> Result<TaskConnection> {
        const LIST: &str = "customerTasks";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let filter = filter.unwrap_or_default().into_domain(ctx)?;
        let part = Part(self.0.row.id, crate::domain::task::TasksOf { filter, page });
        let page = loaders(ctx).batch.load_one(part).await.or_error()?.unwrap_or_default();
        Ok(TaskConnection::new(LIST, page.map(Task)))
    }

    /// Lifted ones as well. Newest first.
    async fn legal_holds(&self, ctx: &Context<'_>) -> Result<Vec<LegalHold>> {
        let part = Part(self.0.row.id, crate::domain::legal_hold::HoldsOf);
        let holds = loaders(ctx).batch.load_one(part).await.or_error()?.unwrap_or_default();
        charge_beyond_few(ctx, holds.len())?;
        Ok(holds.into_iter().map(LegalHold).collect())
    }

    /// Who looked at or changed this customer's data, when, and for what.
    async fn access_log(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<AuditEventConnection> {
        const LIST: &str = "accessLog";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let page =
            loaders(ctx).batch.load_one(Part(self.0.row.id, page)).await.or_error()?.unwrap_or_default();
        Ok(AuditEventConnection::new(LIST, page.map(AuditEvent)))
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.row.created_at)
    }
}

pub struct CustomerProfile(pub Revealed);

/// What the caller may see of a person for the stated purpose; the rest is null.
#[Object]
impl CustomerProfile {
    async fn name(&self) -> Option<&str> {
        self.0.get(ProfileField::Name)
    }

    async fn email(&self) -> Option<&str> {
        self.0.get(ProfileField::Email)
    }

    async fn phone(&self) -> Option<&str> {
        self.0.get(ProfileField::Phone)
    }

    async fn address(&self) -> Option<&str> {
        self.0.get(ProfileField::Address)
    }

    /// Masked (`19900101-****`) unless the purpose needs it in full.
    async fn national_id(&self) -> Option<&str> {
        self.0.get(ProfileField::NationalId)
    }
}
