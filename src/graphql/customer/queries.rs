//! Questions about customers.

use super::{
    preload,
    types::{Customer, CustomerConnection},
};
use crate::{
    domain::customer::{
        self, CustomerByReference, CustomerWithMap, CustomersByIds, FindCustomer, ListCustomers, Which,
    },
    graphql::{
        connection::Arguments,
        context::{access, catalog, loaders},
        enums::{CustomerKind, CustomerStatus},
        error::{OrError, bad_input, coded},
        loaders::Part,
        named,
        node::id_or_nobody,
        scalars::Date,
    },
    identifier::{Email, NationalId, Phone},
    policy::Action,
};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use entity::enums::LookupKind;

#[derive(Default)]
pub struct CustomerQuery;

#[derive(Debug, Default, InputObject)]
pub struct CustomerFilter {
    kinds: Option<Vec<CustomerKind>>,
    statuses: Option<Vec<CustomerStatus>>,
    /// The reference begins with this.
    reference_prefix: Option<String>,
    /// Dormant since then at the latest.
    dormant_since: Option<Date>,
    /// Has this service now.
    service_id: Option<ID>,
    /// Has data at this system now.
    system_id: Option<ID>,
    /// Has data at this third party now.
    third_party_id: Option<ID>,
    /// Has data of these categories anywhere now.
    categories: Option<Vec<String>>,
    /// Has a hold now.
    on_hold: Option<bool>,
    /// Has data that nothing justifies.
    unjustified: Option<bool>,
}

impl CustomerFilter {
    pub(in crate::graphql) fn into_domain(self, ctx: &Context<'_>) -> Result<customer::CustomerFilter> {
        let catalog = catalog(ctx);
        let dormant_since = match self.dormant_since {
            Some(Date(day)) => {
                let next = day.succ_opt();
                let end = next.and_then(|next| crate::domain::period::start_of(next, &catalog.zone()));
                Some(end.ok_or_else(|| bad_input("filter.dormantSince", "This day is out of range."))?)
            }
            None => None,
        };
        Ok(customer::CustomerFilter {
            kinds: self.kinds.map(|any| any.into_iter().map(Into::into).collect()),
            statuses: self.statuses.map(|any| any.into_iter().map(Into::into).collect()),
            reference_prefix: self.reference_prefix,
            dormant_since,
            service: self.service_id.map(|id| named::service(ctx, "filter.serviceId", &id)).transpose()?,
            system: self.system_id.map(|id| named::system(ctx, "filter.systemId", &id)).transpose()?,
            third_party: self
                .third_party_id
                .map(|id| named::third_party(ctx, "filter.thirdPartyId", &id))
                .transpose()?,
            categories: self
                .categories
                .map(|keys| named::categories(ctx, "filter.categories", keys))
                .transpose()?,
            on_hold: self.on_hold,
            unjustified: self.unjustified,
        })
    }
}

/// What customers are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "customer::CustomerOrder")]
pub enum CustomerOrder {
    ReferenceAsc,
    ReferenceDesc,
    CreatedAtAsc,
    CreatedAtDesc,
    StatusSinceAsc,
    StatusSinceDesc,
}

#[Object]
impl CustomerQuery {
    /// One customer, by id or by reference (one of them, else BAD_USER_INPUT).
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR; CUSTOMER (themselves).
    async fn customer(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        reference: Option<String>,
    ) -> Result<Option<Customer>> {
        let access = access(ctx);
        let which = match (id, reference) {
            (Some(id), None) => Which::Id(id_or_nobody(&id)),
            (None, Some(reference)) => Which::of_reference(&access, reference),
            _ => return Err(bad_input("id", "Give either `id` or `reference`.")),
        };
        if let Some(part) = preload::first_of_the_map(&ctx.look_ahead()) {
            let inquiry = CustomerWithMap { which, limit: part.page.limit };
            let found = access.read(inquiry).await.or_hidden()?.flatten();
            let Some((customer, map)) = found else { return Ok(None) };
            preload::reasons(ctx, &ctx.look_ahead(), map.entries.iter().map(|(_, line)| line)).await?;
            let part = Part(customer.row.id, part);
            loaders(ctx).batch.feed_one(part, map).await;
            return Ok(Some(Customer(customer)));
        }
        let found = match which {
            Which::Id(id) => access.read(CustomersByIds(vec![id])).await.map(|mut all| all.pop()),
            Which::Reference(reference) => access.read(CustomerByReference(reference)).await,
        };
        Ok(found.or_hidden()?.flatten().map(Customer))
    }

    /// One customer by exact match on the normalized e-mail, phone or national id (one of them, else
    /// BAD_USER_INPUT). Refused over GET: a personal value must not end up in a URL.
    ///
    /// Requires: AGENT, COMPLIANCE.
    async fn find_customer(
        &self,
        ctx: &Context<'_>,
        email: Option<String>,
        phone: Option<String>,
        national_id: Option<String>,
    ) -> Result<Option<Customer>> {
        let access = access(ctx);
        access.require(Action::FindCustomer).await.or_error()?;
        if ctx.data_unchecked::<crate::graphql::Over>().get {
            return Err(coded(
                "BAD_USER_INPUT",
                "Send this by POST: a personal value must not end up in a URL.",
            ));
        }
        let catalog = catalog(ctx);
        let country = catalog.controller.as_ref().map_or("SE", |company| company.country.as_str());
        let (kind, normalized) = match (email, phone, national_id) {
            (Some(email), None, None) => {
                let email = Email::parse(&email).map_err(|wrong| bad_input("email", &wrong.to_string()))?;
                (LookupKind::Email, email.normalized().to_owned())
            }
            (None, Some(phone), None) => {
                let phone =
                    Phone::parse(&phone, country).map_err(|wrong| bad_input("phone", &wrong.to_string()))?;
                (LookupKind::Phone, phone.e164().to_owned())
            }
            (None, None, Some(id)) => {
                let today = crate::domain::period::today(access.now(), &catalog.zone());
                let id = NationalId::parse(&id, today)
                    .map_err(|wrong| bad_input("nationalId", &wrong.to_string()))?;
                (LookupKind::NationalId, id.normalized().to_owned())
            }
            _ => return Err(bad_input("email", "Give one of `email`, `phone` and `nationalId`.")),
        };
        Ok(access.read(FindCustomer { kind, normalized }).await.or_error()?.map(Customer))
    }

    /// All customers. Their profiles are opened only when asked for.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR.
    async fn customers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<CustomerFilter>,
        #[graphql(default_with = "CustomerOrder::CreatedAtDesc")] order_by: CustomerOrder,
    ) -> Result<CustomerConnection> {
        access(ctx).require(Action::ListCustomers).await.or_error()?;
        let list = format!("customers {order_by:?}");
        let page = Arguments { first, after, last, before }.request(ctx, &list)?;
        let filter = filter.unwrap_or_default().into_domain(ctx)?;
        let inquiry = ListCustomers { catalog: catalog(ctx), filter, order: order_by.into(), page };
        let page = access(ctx).read(inquiry).await.or_error()?;
        let shown = ctx.look_ahead();
        // One way or the other; who asks for customers by both gets their maps by a loader.
        let customer = match (shown.field("nodes"), shown.field("edges").field("node")) {
            (nodes, edges) if edges.exists() && !nodes.exists() => edges,
            (nodes, _) => nodes,
        };
        let ids = page.entries.iter().map(|(_, customer)| customer.row.id).collect::<Vec<_>>();
        preload::maps(ctx, &customer, &ids).await?;
        Ok(CustomerConnection::new(&list, page.map(Customer)))
    }
}
