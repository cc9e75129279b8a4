//! What reference data is described with: names in other languages, measures, people to write to.

use super::{
    change::Change,
    checks::{BLOCK, Checks, LINE},
};
use crate::{
    access::Code,
    identifier::{Email, EmailError},
};
use entity::json::{Contact, Texts, Translation, Translations};

/// The longest entry of a list of measures and the like.
const ENTRY: usize = 500;

/// The most entries of such a list.
const ENTRIES: usize = 100;

impl Checks {
    /// What a field that cannot be empty becomes.
    pub fn kept<T>(&mut self, path: &str, change: Change<T>, now: T) -> T {
        match change {
            Change::Keep => now,
            Change::Clear => {
                self.refuse(path, Code::Required, "This cannot be empty: leave it out to keep it as it is.");
                now
            }
            Change::Set(value) => value,
        }
    }

    /// An e-mail address, as given.
    pub fn email(&mut self, path: &str, text: &str) -> String {
        match Email::parse(text) {
            Ok(email) => email.as_given().to_owned(),
            Err(problem) => {
                let code = match problem {
                    EmailError::TooLong => Code::TooLong,
                    EmailError::Malformed => Code::InvalidFormat,
                };
                self.refuse(path, code, problem.to_string());
                String::new()
            }
        }
    }

    /// A web address. What is shown as a link must not be a script.
    pub fn website(&mut self, path: &str, text: &str) -> String {
        let text = self.line(path, text, LINE);
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        if !text.is_empty()
            && !host.is_some_and(|host| !host.is_empty() && !host.contains(char::is_whitespace))
        {
            self.refuse(path, Code::InvalidFormat, "Give an address that begins with https:// or http://.");
        }
        text
    }

    /// A short list of single lines.
    pub fn texts(&mut self, path: &str, texts: &[String]) -> Texts {
        self.at_most(path, texts, ENTRIES);
        let line = |(i, text): (usize, &String)| self.line(&format!("{path}.{i}"), text, ENTRY);
        Texts(texts.iter().take(ENTRIES).enumerate().map(line).collect())
    }

    /// Names in other languages, one for each.
    pub fn translations(&mut self, path: &str, all: &[Translation]) -> Translations {
        for (i, one) in all.iter().enumerate() {
            if all.iter().take(i).any(|earlier| earlier.locale == one.locale) {
                self.refuse(&format!("{path}.{i}.locale"), Code::InvalidFormat, "Give each language once.");
            }
        }
        let mut checked = |(i, one): (usize, &Translation)| Translation {
            locale: one.locale,
            name: self.line(&format!("{path}.{i}.name"), &one.name, LINE),
            description: one
                .description
                .as_ref()
                .map(|text| self.block(&format!("{path}.{i}.description"), text, BLOCK)),
        };
        // More than there are languages are repeated ones, and those are refused above.
        Translations(all.iter().take(ENTRIES).enumerate().map(&mut checked).collect())
    }

    /// A person or body to write to.
    pub fn contact(&mut self, path: &str, contact: &Contact) -> Contact {
        let at = |field: &str| format!("{path}.{field}");
        Contact {
            name: self.line(&at("name"), &contact.name, LINE),
            email: contact.email.as_ref().map(|text| self.email(&at("email"), text)),
            phone: contact.phone.as_ref().map(|text| self.line(&at("phone"), text, LINE)),
            address: contact.address.as_ref().map(|text| self.block(&at("address"), text, BLOCK)),
        }
    }
}
