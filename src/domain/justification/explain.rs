//! A justification in words, and when it ends.

use super::{
    facts::{PROSPECT, kept_until},
    query::{Justification, JustificationKind},
};
use crate::domain::{
    catalog::Catalog,
    period::{Period, day_of},
};
use chrono::{DateTime, Utc};
use entity::{
    data_location,
    enums::{Locale, RetentionStart},
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
    let swedish = locale == Locale::Sv;
    match fact.kind {
        JustificationKind::Subscription => {
            let until = fact.ended_at.and_then(|end| grace_end(fact, end, catalog));
            let text = match (until.is_some(), swedish) {
                (false, true) => "En tjänst som kunden har behöver uppgiften.",
                (false, false) => "A service that the customer has needs it.",
                (true, true) => "En tjänst som kunden hade behövde uppgiften; respittiden efter den löper.",
                (true, false) => "A service that the customer had needed it; the grace after it runs.",
            };
            (until, text.to_owned())
        }
        JustificationKind::RetentionRule => {
            let rule = fact.rule_id.and_then(|id| catalog.retention_rules.get(&id));
            let statute = rule.map_or("", |rule| rule.statute.as_str());
            let until =
                rule.and_then(|rule| rule_end(rule.counted_from, &rule.keep_for, fact, location, catalog));
            let text = if swedish {
                format!("Lagen kräver att uppgiften sparas: {statute}.")
            } else {
                format!("The law requires that it is kept: {statute}.")
            };
            (until, text)
        }
        JustificationKind::Prospect => {
            let until =
                registered_at.and_then(|start| Period::parse(PROSPECT).ok()?.after(start, &catalog.zone()));
            let text = if swedish {
                "Kunden är registrerad och har inte beställt något än: åtgärder före avtal (art. 6.1 b)."
            } else {
                "Registered and nothing ordered yet: steps before a contract (Art. 6(1)(b))."
            };
            (until, text.to_owned())
        }
    }
}

fn grace_end(fact: &Justification, ended_at: DateTime<Utc>, catalog: &Catalog) -> Option<DateTime<Utc>> {
    let need = catalog.requirements.get(&fact.requirement_id?)?;
    Period::parse(&need.grace).ok()?.after(ended_at, &catalog.zone())
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
