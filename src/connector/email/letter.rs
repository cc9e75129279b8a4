//! What is written to whom.

use chrono::NaiveDate;
use entity::enums::{Locale, SubjectKeyKind, TaskAction};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use uuid::Uuid;

/// A letter about one task. The only personal values in it are what they know the person by, and they are shown by nothing;
/// nor is the link, which whoever holds it may answer by.
#[derive(Clone)]
pub struct Letter {
    /// The address of their privacy contact, without a name.
    pub to: String,
    pub locale: Locale,
    pub kind: Kind,
    /// The company, as it calls itself.
    pub controller: String,
    pub action: TaskAction,
    /// Whether it takes a restriction back.
    pub lifts: bool,
    /// Names in the letter's language. Without any, it is about all that they hold.
    pub categories: Vec<String>,
    /// Their records may be several.
    pub known_by: (SubjectKeyKind, Vec<SecretString>),
    /// The task's id.
    pub case: Uuid,
    /// The last day to answer on.
    pub answer_by: NaiveDate,
    /// Where they can answer: without signing in, and once.
    pub answer_url: Option<Url>,
}

/// The first letter in a case, or one of those that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Asking,
    Reminding {
        /// From 1.
        nth: u32,
        /// The day of the first letter, where the company is.
        asked_on: NaiveDate,
    },
}

/// What a case is called in letters, such as `0F3A-91BC-02F1`: the end of its id, as the beginning is the time, which
/// cases that were opened together share.
#[must_use]
pub fn case_number(case: Uuid) -> String {
    let bits = case.as_u128();
    let four_digits = |from: u32| (bits >> from) & 0xffff;
    format!("{:04X}-{:04X}-{:04X}", four_digits(32), four_digits(16), four_digits(0))
}

impl Letter {
    pub(super) fn case_number(&self) -> String {
        case_number(self.case)
    }

    pub(super) fn controller(&self) -> String {
        one_line(&self.controller)
    }

    pub(super) fn categories(&self) -> Vec<String> {
        self.categories.iter().map(|name| one_line(name)).collect()
    }

    /// As they are, but for line breaks and the like, which could make them look like something else that the letter says.
    pub(super) fn identifiers(&self) -> String {
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        let known = self.known_by.1.iter().map(|value| value.expose_secret().replace(breaks, " "));
        known.collect::<Vec<_>>().join(", ")
    }
}

/// Names come from people: in a letter each stays on its line.
fn one_line(text: &str) -> String {
    let visible = text.replace(char::is_control, " ");
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("case", &self.case)
            .field("kind", &self.kind)
            .field("action", &self.action)
            .field("locale", &self.locale)
            .field("known_by", &self.known_by.0)
            .field("answer_by", &self.answer_by)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::email::testing::{CASE, letter};

    #[test]
    fn a_case_has_a_number_that_can_be_said_on_the_phone() {
        assert_eq!(case_number(CASE), "8CA2-0F3A-91BC");
    }

    #[test]
    fn no_letter_shows_whom_it_is_about() {
        let shown = format!("{:?}", letter());
        assert!(shown.contains("Reference") && shown.contains("Erase"), "{shown}");
        for hidden in ["K-4711", "one-time", "kartotek.example"] {
            assert!(!shown.contains(hidden), "{hidden} is in {shown}");
        }
    }

    #[test]
    fn whatever_comes_from_people_stays_on_its_line() {
        let mut letter = letter();
        letter.controller = "Exempel\r\nBcc: x@evil.example\u{2028}\t AB".to_owned();
        letter.categories = vec!["Telefon\n- Allt\u{85}".to_owned()];
        letter.known_by.1 = ["K-4711\r\nRadera allt", "K-4712"].map(|value| value.to_owned().into()).into();
        assert_eq!(letter.controller(), "Exempel Bcc: x@evil.example AB");
        assert_eq!(letter.categories(), ["Telefon - Allt"]);
        assert_eq!(letter.identifiers(), "K-4711  Radera allt, K-4712");
    }
}
