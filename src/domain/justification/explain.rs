//! A justification in words, and when it ends.

use super::{
    facts::{PROSPECT, kept_until},
    query::Justification,
};
use crate::domain::{
    catalog::Catalog,
    period::{Period, day_of},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::{
    data_location, data_requirement,
    enums::{JustificationKind, Locale, RetentionStart},
};

/// When a justification ends, if that is known, and what it says to a person.
#[must_use]
pub fn explain(
    fact: &Justification,
    location: &data_location::Model,
    registered_at: Option<DateTime<Utc>>,
    catalog: &Catalog,
    locale: Locale,
) -> (Option<DateTime<Utc>>, String) {
    match fact.kind {
        JustificationKind::Subscription => subscription(fact, catalog, locale),
        JustificationKind::RetentionRule => retention_rule(fact, location, catalog, locale),
        JustificationKind::LegalHold => (None, legal_hold(locale).to_owned()),
        JustificationKind::Prospect => prospect(registered_at, catalog, locale),
        JustificationKind::DataRequest => (None, data_request(locale).to_owned()),
    }
}

fn subscription(fact: &Justification, catalog: &Catalog, locale: Locale) -> (Option<DateTime<Utc>>, String) {
    let need = fact.requirement_id.and_then(|id| catalog.requirements.get(&id));
    let names = need.and_then(|need| names(need, catalog, locale));
    let Some(ended_at) = fact.ended_at else {
        let text = match (locale, names) {
            (Locale::Sv, Some((service, purpose))) => {
                format!("Tjänsten {service} behöver uppgiften: {purpose}.")
            }
            (Locale::En, Some((service, purpose))) => format!("The service {service} needs it: {purpose}."),
            (Locale::Sv, None) => "En tjänst som kunden har behöver uppgiften.".to_owned(),
            (Locale::En, None) => "A service that the customer has needs it.".to_owned(),
        };
        return (None, text);
    };
    let until = need
        .and_then(|need| Period::parse(&need.grace).ok())
        .and_then(|grace| grace.after(ended_at, &catalog.zone()));
    let needed = match (locale, names) {
        (Locale::Sv, Some((service, purpose))) => {
            format!("Tjänsten {service}, som kunden hade, behövde uppgiften: {purpose}.")
        }
        (Locale::En, Some((service, purpose))) => {
            format!("The service {service}, which the customer had, needed it: {purpose}.")
        }
        (Locale::Sv, None) => "En tjänst som kunden hade behövde uppgiften.".to_owned(),
        (Locale::En, None) => "A service that the customer had needed it.".to_owned(),
    };
    let grace = match (locale, until.map(|end| last_day(end, catalog))) {
        (Locale::Sv, Some(day)) => format!("Den får finnas kvar till och med {day}."),
        (Locale::En, Some(day)) => format!("It may stay through {day}."),
        (Locale::Sv, None) => "Respittiden efter den löper.".to_owned(),
        (Locale::En, None) => "The grace after it runs.".to_owned(),
    };
    (until, format!("{needed} {grace}"))
}

/// Of what needs the data, and what for: the service and the purpose, as the reader calls them.
fn names<'a>(
    need: &data_requirement::Model,
    catalog: &'a Catalog,
    locale: Locale,
) -> Option<(&'a str, &'a str)> {
    let service = catalog.services.get(&need.service_id)?;
    let purpose = catalog.purposes.get(&need.purpose)?;
    Some((
        catalog.name_in(locale, &service.name, &service.translations),
        catalog.name_in(locale, &purpose.name, &purpose.translations),
    ))
}

fn retention_rule(
    fact: &Justification,
    location: &data_location::Model,
    catalog: &Catalog,
    locale: Locale,
) -> (Option<DateTime<Utc>>, String) {
    let rule = fact.rule_id.and_then(|id| catalog.retention_rules.get(&id));
    let until = rule.and_then(|rule| rule_end(rule.counted_from, &rule.keep_for, fact, location, catalog));
    let kept = match (locale, until.map(|end| last_day(end, catalog))) {
        (Locale::Sv, Some(day)) => format!("Lagen kräver att uppgiften sparas till och med {day}"),
        (Locale::En, Some(day)) => format!("The law requires that it is kept through {day}"),
        (Locale::Sv, None) => "Lagen kräver att uppgiften sparas".to_owned(),
        (Locale::En, None) => "The law requires that it is kept".to_owned(),
    };
    (until, rule.map_or_else(|| format!("{kept}."), |rule| format!("{kept}: {}.", rule.statute)))
}

/// What it is about is the officer's to know, not for everybody who may see the line.
fn legal_hold(locale: Locale) -> &'static str {
    match locale {
        Locale::Sv => "Uppgiften får inte tas bort så länge ett rättsligt anspråk eller en utredning pågår.",
        Locale::En => "It must not be disposed of while a legal claim or an inquiry goes on.",
    }
}

fn data_request(locale: Locale) -> &'static str {
    match locale {
        Locale::Sv => "Kunden har begärt att få uppgiften, och den är inte hämtad än.",
        Locale::En => "The customer has asked for it, and it has not been collected yet.",
    }
}

fn prospect(
    registered_at: Option<DateTime<Utc>>,
    catalog: &Catalog,
    locale: Locale,
) -> (Option<DateTime<Utc>>, String) {
    let until = registered_at.and_then(|start| Period::parse(PROSPECT).ok()?.after(start, &catalog.zone()));
    let text = match locale {
        Locale::Sv => {
            "Kunden är registrerad och har inte beställt något än: åtgärder före avtal (art. 6.1 b)."
        }
        Locale::En => "Registered and nothing ordered yet: steps before a contract (Art. 6(1)(b)).",
    };
    (until, text.to_owned())
}

/// The last day of what is over at a moment, which for whole days is the midnight after it.
fn last_day(end: DateTime<Utc>, catalog: &Catalog) -> NaiveDate {
    day_of(end - TimeDelta::microseconds(1), &catalog.zone())
}

fn rule_end(
    counted_from: RetentionStart,
    keep_for: &str,
    fact: &Justification,
    location: &data_location::Model,
    catalog: &Catalog,
) -> Option<DateTime<Utc>> {
    let zone = catalog.zone();
    let period = Period::parse(keep_for).ok()?;
    match counted_from {
        RetentionStart::Collected => period.after(location.collected_at, &zone),
        RetentionStart::SubscriptionEnded => period.after(fact.ended_at?, &zone),
        RetentionStart::FiscalYearEnded => {
            let day = match location.document_date {
                Some(day) => day,
                None => day_of(fact.ended_at?, &zone),
            };
            let month = catalog.controller.as_ref().map_or(12, |company| company.fiscal_year_end_month);
            kept_until(keep_for, day, &zone, month)
        }
    }
}

#[cfg(test)]
mod tests;
