//! How long what goes to a recipient is kept there.

use super::say::say;
use crate::domain::{catalog::Catalog, period::Period};
use entity::{
    enums::Locale,
    ids::{CategoryKey, PurposeKey, ServiceId, SystemId},
    retention_rule,
};

/// What decides how long data stays once the service does not need it any more.
#[derive(Clone, Debug)]
pub(super) struct Kept<'a> {
    /// ISO 8601, each once.
    pub graces: Vec<&'a str>,
    /// Statutes that make the company keep it for longer.
    pub rules: Vec<&'a retention_rule::Model>,
}

impl<'a> Kept<'a> {
    /// How long a system keeps those of these categories that a service needs there for a purpose.
    pub fn of(
        catalog: &'a Catalog,
        service: ServiceId,
        system: SystemId,
        purpose: &PurposeKey,
        among: impl Fn(&CategoryKey) -> bool,
    ) -> Self {
        let needs = catalog
            .requirements_of(service)
            .filter(|need| need.system_id == system && need.purpose == *purpose && among(&need.category));
        let needs = needs.collect::<Vec<_>>();
        let mut graces = needs.iter().map(|need| need.grace.as_str()).collect::<Vec<_>>();
        graces.sort_unstable();
        graces.dedup();
        let rules = catalog.retention_rules.values().filter(|rule| {
            rule.retired_at.is_none()
                && rule.purpose == *purpose
                && needs.iter().any(|need| need.category.is_within(rule.category.as_str()))
        });
        Self { graces, rules: rules.map(AsRef::as_ref).collect() }
    }
}

/// A length of time in words; `None` for no time at all.
pub(super) fn in_words(grace: &str, locale: Locale) -> Option<String> {
    Period::parse(grace).ok()?.in_words(locale)
}

/// When data is removed, by the grace in words; without any, at once.
pub(super) fn removed(grace: &str, locale: Locale) -> String {
    if grace.is_empty() {
        let text = say!(
            locale,
            "Uppgifterna tas bort när du inte längre har tjänsten.",
            "The data is removed when you no longer have the service."
        );
        return text.to_owned();
    }
    say!(
        locale,
        format!("Uppgifterna tas bort {grace} efter att du inte längre har tjänsten."),
        format!("The data is removed {grace} after you no longer have the service.")
    )
}

/// That statutes make the company keep some of it.
pub(super) fn required(statutes: &str, locale: Locale) -> String {
    say!(
        locale,
        format!("Det som lagen kräver sparas längre: {statutes}."),
        format!("What the law requires is kept longer: {statutes}.")
    )
}
