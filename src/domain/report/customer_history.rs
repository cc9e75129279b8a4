//! What there was between a customer and the company: orders, consents, what was given to whom, requests, and who looked.

use super::{
    columns::{flag, list, moment, table, text},
    content::{Column, Table},
    making::{Making, NotMade, Pages},
    sink::Sink,
};
use crate::domain::{
    audit::{EventRow, EventsOfCustomers},
    consent::{ConsentsOf, ConsentsOfCustomers, PartsOfConsents},
    data_request::{RequestsOf, RequestsOfCustomers},
    disclosure::{CategoriesOfDisclosures, DisclosuresOf, DisclosuresOfCustomers, RecipientsOfCustomers},
    subscription::{SubscriptionsOf, SubscriptionsOfCustomers},
};
use entity::ids::{CustomerId, PurposeKey};

const SUBSCRIPTIONS: &[Column] = &[
    text("service", "Tjänst", "Service").is("dpv:hasService"),
    text("channel", "Väg", "Channel"),
    moment("startedAt", "Började", "Started at"),
    moment("endedAt", "Upphörde", "Ended at"),
    text("endReason", "Orsak", "End reason"),
];

const CONSENTS: &[Column] = &[
    text("thirdParty", "Tredje part", "Third party").is("dpv:hasRecipient"),
    text("purpose", "Ändamål", "Purpose").is("dpv:hasPurpose"),
    list("categories", "Kategorier", "Categories").is("dpv:hasPersonalData"),
    moment("grantedAt", "Lämnat", "Granted at"),
    moment("endedAt", "Upphörde", "Ended at"),
    text("endedAs", "Hur", "How")
        .is("dpv:hasConsentStatus")
        .words(&[("WITHDRAWN", "dpv:ConsentWithdrawn"), ("LAPSED", "dpv:ConsentExpired")]),
];

const RECIPIENTS: &[Column] = &[
    text("thirdParty", "Tredje part", "Third party").is("dpv:hasRecipient"),
    list("categories", "Kategorier", "Categories").is("dpv:hasPersonalData"),
    moment("firstReceivedAt", "Först", "First received at"),
    moment("lastReceivedAt", "Senast", "Last received at"),
    flag("holdsData", "Har uppgifter nu", "Holds data now"),
];

const DISCLOSURES: &[Column] = &[
    moment("disclosedAt", "Lämnat ut", "Disclosed at"),
    text("thirdParty", "Tredje part", "Third party").is("dpv:hasRecipient"),
    text("system", "System", "System"),
    text("purpose", "Ändamål", "Purpose").is("dpv:hasPurpose"),
    list("categories", "Kategorier", "Categories").is("dpv:hasPersonalData"),
    text("channel", "Väg", "Channel"),
    text("disclosedBy", "Av", "Disclosed by"),
];

const DATA_REQUESTS: &[Column] = &[
    text("type", "Begäran", "Request").is("dpv:hasRight").words(&[
        ("ACCESS", "eu-gdpr:A15"),
        ("RECTIFICATION", "eu-gdpr:A16"),
        ("ERASURE", "eu-gdpr:A17"),
        ("RESTRICTION", "eu-gdpr:A18"),
        ("PORTABILITY", "eu-gdpr:A20"),
        ("OBJECTION", "eu-gdpr:A21"),
    ]),
    text("status", "Ställning", "Status"),
    text("channel", "Väg", "Channel"),
    moment("receivedAt", "Mottagen", "Received at"),
    moment("dueAt", "Svar senast", "Due at"),
    moment("closedAt", "Avslutad", "Closed at"),
    moment("replyDeliveredAt", "Svar lämnat", "Reply delivered at"),
];

const ACCESS_LOG: &[Column] = &[
    moment("occurredAt", "När", "Occurred at"),
    text("actor", "Vem", "Actor"),
    text("actorKind", "Slags aktör", "Kind of actor"),
    text("kind", "Vad", "Kind"),
    text("operation", "Operation", "Operation"),
    text("target", "Gällde", "Target"),
    text("purpose", "Ändamål", "Purpose").is("dpv:hasPurpose"),
    text("outcome", "Utfall", "Outcome"),
];

pub(super) fn tables() -> [Table; 6] {
    [
        table("subscriptions", ("Tjänster", "Services"), SUBSCRIPTIONS),
        table("consents", ("Samtycken", "Consents"), CONSENTS),
        table("recipients", ("Mottagare", "Recipients"), RECIPIENTS),
        table("disclosures", ("Utlämnanden", "Disclosures"), DISCLOSURES),
        table("dataRequests", ("Kundens begäran", "Requests"), DATA_REQUESTS),
        table("accessLog", ("Vem som har sett uppgifterna", "Who has looked"), ACCESS_LOG),
    ]
}

pub(super) async fn subscriptions<S: Sink + 'static>(
    m: &mut Making<'_, S>,
    customer: CustomerId,
) -> Result<(), NotMade> {
    let mut pages = Pages::new();
    while let Some(page) = pages.next() {
        let of = SubscriptionsOf { active: None, page };
        let page = m.ask(SubscriptionsOfCustomers { customers: vec![customer], of }).await?.remove(&customer);
        let labels = m.labels();
        for one in pages.entries(page.unwrap_or_default()) {
            m.row(&[
                labels.service(one.service_id).into(),
                labels.of(one.channel).into(),
                one.started_at.into(),
                one.ended_at.into(),
                one.end_reason.into(),
            ])?;
        }
        m.keep().await?;
    }
    Ok(())
}

pub(super) async fn consents<S: Sink + 'static>(
    m: &mut Making<'_, S>,
    customer: CustomerId,
) -> Result<(), NotMade> {
    let mut pages = Pages::new();
    while let Some(page) = pages.next() {
        let of = ConsentsOf { active: None, page };
        let page = m.ask(ConsentsOfCustomers { customers: vec![customer], of }).await?.remove(&customer);
        let found = pages.entries(page.unwrap_or_default());
        let parts = m.ask(PartsOfConsents(found.iter().map(|one| one.id).collect())).await?;
        let labels = m.labels();
        for one in found {
            let categories = parts.get(&one.id).map(|parts| labels.categories(&parts.categories));
            m.row(&[
                labels.third_party(one.third_party_id).into(),
                labels.purpose(&one.purpose).into(),
                categories.unwrap_or_default().into(),
                one.granted_at.into(),
                one.ended_at.into(),
                one.ended_as.map(|how| labels.of(how)).into(),
            ])?;
        }
        m.keep().await?;
    }
    Ok(())
}

pub(super) async fn recipients<S: Sink + 'static>(
    m: &mut Making<'_, S>,
    customer: CustomerId,
) -> Result<(), NotMade> {
    let found = m.ask(RecipientsOfCustomers(vec![customer])).await?.remove(&customer);
    let labels = m.labels();
    for one in found.unwrap_or_default() {
        m.row(&[
            labels.third_party(one.third_party).into(),
            labels.categories(&one.categories).into(),
            one.first_received_at.into(),
            one.last_received_at.into(),
            one.holds_data.into(),
        ])?;
    }
    m.keep().await
}

pub(super) async fn disclosures<S: Sink + 'static>(
    m: &mut Making<'_, S>,
    customer: CustomerId,
) -> Result<(), NotMade> {
    let mut pages = Pages::new();
    while let Some(page) = pages.next() {
        let of = DisclosuresOf(page);
        let page = m.ask(DisclosuresOfCustomers { customers: vec![customer], of }).await?.remove(&customer);
        let found = pages.entries(page.unwrap_or_default());
        let categories = m.ask(CategoriesOfDisclosures(found.iter().map(|one| one.id).collect())).await?;
        let labels = m.labels();
        for one in found {
            let categories = categories.get(&one.id).map(|keys| labels.categories(keys));
            m.row(&[
                one.disclosed_at.into(),
                labels.third_party(one.third_party_id).into(),
                labels.system(one.system_id).into(),
                labels.purpose(&one.purpose).into(),
                categories.unwrap_or_default().into(),
                labels.of(one.channel).into(),
                one.disclosed_by.into(),
            ])?;
        }
        m.keep().await?;
    }
    Ok(())
}

pub(super) async fn data_requests<S: Sink + 'static>(
    m: &mut Making<'_, S>,
    customer: CustomerId,
) -> Result<(), NotMade> {
    let mut pages = Pages::new();
    while let Some(page) = pages.next() {
        let of = RequestsOf(page);
        let page = m.ask(RequestsOfCustomers { customers: vec![customer], of }).await?.remove(&customer);
        let labels = m.labels();
        for one in pages.entries(page.unwrap_or_default()) {
            m.row(&[
                labels.of(one.row.kind).into(),
                labels.of(one.status).into(),
                labels.of(one.row.channel).into(),
                one.row.received_at.into(),
                one.row.due_at.into(),
                one.closed_at.into(),
                one.row.reply_delivered_at.into(),
            ])?;
        }
        m.keep().await?;
    }
    Ok(())
}

pub(super) async fn access_log<S: Sink + 'static>(
    m: &mut Making<'_, S>,
    customer: CustomerId,
) -> Result<(), NotMade> {
    let mut pages = Pages::new();
    while let Some(page) = pages.next() {
        let page = m.ask(EventsOfCustomers { customers: vec![customer], page }).await?.remove(&customer);
        let labels = m.labels();
        for EventRow { occurred_at, body, .. } in pages.entries(page.unwrap_or_default()) {
            m.row(&[
                occurred_at.into(),
                body.actor.id.into(),
                labels.of(body.actor.kind).into(),
                labels.of(body.kind).into(),
                body.operation.into(),
                body.target.into(),
                body.purpose.map(|key| labels.purpose(&PurposeKey(key))).into(),
                labels.of(body.outcome).into(),
            ])?;
        }
        m.keep().await?;
    }
    Ok(())
}
