//! How long one category is kept (Art. 30(1)(f)).

use crate::domain::{catalog::Catalog, period::Period};
use entity::{
    data_requirement,
    enums::{DisposalMethod, Locale, RetentionStart},
    ids::{CategoryKey, RetentionRuleId},
};

/// How long one category is kept, and how it goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeLimit {
    pub category: CategoryKey,
    /// After the service ends, ISO 8601; `None` where no service needs it.
    pub grace: Option<String>,
    pub on_end: DisposalMethod,
    /// What makes it stay longer.
    pub rule: Option<RetentionRuleId>,
}

impl TimeLimit {
    /// Those of what a service needs: one for each rule that keeps it longer, or one without.
    pub(super) fn of_need(need: &data_requirement::Model, catalog: &Catalog) -> Vec<Self> {
        let rules = catalog.retention_rules.values().filter(|rule| rule.retired_at.is_none());
        // A rule keeps what is there for its purpose, and nothing beside it.
        let rules = rules.filter(|rule| rule.purpose == need.purpose);
        let rules = rules.filter(|rule| need.category.is_within(rule.category.as_str()));
        let rules = rules.map(|rule| Some(rule.id)).collect::<Vec<_>>();
        let one = |rule| Self {
            category: need.category.clone(),
            grace: Some(need.grace.clone()),
            on_end: need.on_end,
            rule,
        };
        if rules.is_empty() { vec![one(None)] } else { rules.into_iter().map(one).collect() }
    }

    /// In words.
    #[must_use]
    pub fn text(&self, catalog: &Catalog, locale: Locale) -> String {
        let words = |period: &str| Period::parse(period).ok().and_then(|period| period.in_words(locale));
        let after_the_service = self.grace.as_deref().map(|grace| match (locale, words(grace)) {
            (Locale::Sv, Some(grace)) => format!("I {grace} efter att tjänsten upphört"),
            (Locale::Sv, None) => "Tills tjänsten upphört".to_owned(),
            (Locale::En, Some(grace)) => format!("For {grace} after the service ends"),
            (Locale::En, None) => "Until the service ends".to_owned(),
        });
        let rule = self.rule.and_then(|id| catalog.retention_rules.get(&id));
        let by_law = rule.map(|rule| {
            let (period, statute) = (words(&rule.keep_for).unwrap_or_default(), &rule.statute);
            let from = counted_from(rule.counted_from, locale);
            match locale {
                Locale::Sv => format!("enligt lag i {period} räknat från {from} ({statute})"),
                Locale::En => format!("by law for {period} counted from {from} ({statute})"),
            }
        });
        let goes = match (locale, self.on_end) {
            (Locale::Sv, DisposalMethod::Erase) => "sedan raderas uppgiften",
            (Locale::Sv, DisposalMethod::Anonymize) => "sedan anonymiseras uppgiften",
            (Locale::En, DisposalMethod::Erase) => "then it is erased",
            (Locale::En, DisposalMethod::Anonymize) => "then it is anonymized",
        };
        let text = [after_the_service, by_law, Some(goes.to_owned())].into_iter().flatten();
        let text = text.collect::<Vec<_>>().join("; ");
        let mut letters = text.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        format!("{first}{}.", letters.as_str())
    }
}

const fn counted_from(start: RetentionStart, locale: Locale) -> &'static str {
    match (start, locale) {
        (RetentionStart::Collected, Locale::Sv) => "insamlingen",
        (RetentionStart::Collected, Locale::En) => "when it was collected",
        (RetentionStart::SubscriptionEnded, Locale::Sv) => "tjänstens slut",
        (RetentionStart::SubscriptionEnded, Locale::En) => "the end of the service",
        (RetentionStart::FiscalYearEnded, Locale::Sv) => {
            "utgången av det kalenderår då räkenskapsåret avslutades"
        }
        (RetentionStart::FiscalYearEnded, Locale::En) => {
            "the end of the calendar year in which the fiscal year ended"
        }
    }
}
