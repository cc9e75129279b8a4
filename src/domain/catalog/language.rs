//! Names in the reader's language.

use super::Catalog;
use entity::{
    enums::Locale,
    json::{Translation, Translations},
};

impl Catalog {
    /// The language of names that carry no translation.
    #[must_use]
    pub fn locale(&self) -> Locale {
        self.controller.as_ref().map_or(Locale::Sv, |controller| controller.locale)
    }

    /// The translation into a language, unless it is the company's own or there is none.
    #[must_use]
    pub fn translation<'a>(&self, into: Locale, all: &'a Translations) -> Option<&'a Translation> {
        if into == self.locale() {
            return None;
        }
        all.0.iter().find(|translation| translation.locale == into)
    }

    /// The name in a language; in the company's own where it carries no translation.
    #[must_use]
    pub fn name_in<'a>(&self, locale: Locale, name: &'a str, all: &'a Translations) -> &'a str {
        self.translation(locale, all).map_or(name, |translation| &translation.name)
    }
}
