//! How places, categories and days are called to a customer.

use crate::domain::{catalog::Catalog, notice::say, period::day_of};
use chrono::{DateTime, Utc};
use entity::{
    enums::{Channel, DataRequestType, Locale},
    ids::{CategoryKey, SystemId},
};

/// What things are called in a language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<'a> {
    pub catalog: &'a Catalog,
    pub locale: Locale,
}

impl Words<'_> {
    pub(super) fn day(self, moment: DateTime<Utc>) -> String {
        day_of(moment, &self.catalog.zone()).to_string()
    }

    /// A system, as the customer can know it: with its holder and their country, or as the company's own.
    pub(super) fn place(self, system: SystemId) -> String {
        let Some(system) = self.catalog.systems.get(&system) else { return String::new() };
        let holder = system.third_party_id.and_then(|id| self.catalog.third_parties.get(&id));
        match holder {
            Some(holder) if holder.name == system.name => format!("{} ({})", holder.name, holder.country),
            Some(holder) => format!("{}, {} ({})", holder.name, system.name, holder.country),
            None => say!(
                self.locale,
                format!("{} (vårt eget system)", system.name),
                format!("{} (our own system)", system.name)
            ),
        }
    }

    pub(super) fn name(self, key: &CategoryKey) -> String {
        let row = self.catalog.categories.get(key);
        let name = row.map(|row| self.catalog.name_in(self.locale, &row.name, &row.translations));
        name.unwrap_or(key.as_str()).to_owned()
    }

    pub(super) fn names<'b>(self, keys: impl IntoIterator<Item = &'b CategoryKey>) -> String {
        let mut names = keys.into_iter().map(|key| self.name(key)).collect::<Vec<_>>();
        names.sort_unstable();
        names.dedup();
        names.join(", ")
    }

    /// Where data came from.
    pub(super) fn source(self, channel: Channel) -> &'static str {
        let locale = self.locale;
        match channel {
            Channel::Email => say!(locale, "e-post", "e-mail"),
            Channel::Phone => say!(locale, "telefon", "phone"),
            Channel::Chat => say!(locale, "chatt", "chat"),
            Channel::Meeting => say!(locale, "möte", "meeting"),
            Channel::OrderForm => say!(locale, "beställningsformulär", "order form"),
            Channel::Portal => say!(locale, "våra sidor för kunder", "our pages for customers"),
            Channel::Letter => say!(locale, "brev", "letter"),
            Channel::Import => say!(locale, "ett tidigare system", "an earlier system"),
            Channel::System => say!(locale, "ett datorsystem", "a computer system"),
        }
    }

    pub(super) fn title(self, kind: DataRequestType) -> &'static str {
        let locale = self.locale;
        match kind {
            DataRequestType::Access => say!(
                locale,
                "Svar på din begäran om tillgång till dina uppgifter",
                "Reply to your request for access to your data"
            ),
            DataRequestType::Portability => say!(
                locale,
                "Svar på din begäran om att få ut dina uppgifter",
                "Reply to your request for your data to take along"
            ),
            DataRequestType::Rectification => {
                say!(locale, "Svar på din begäran om rättelse", "Reply to your request for correction")
            }
            DataRequestType::Restriction => {
                say!(locale, "Svar på din begäran om begränsning", "Reply to your request for restriction")
            }
            DataRequestType::Objection => say!(locale, "Svar på din invändning", "Reply to your objection"),
            DataRequestType::Erasure => {
                say!(locale, "Svar på din begäran om radering", "Reply to your request for erasure")
            }
        }
    }
}
