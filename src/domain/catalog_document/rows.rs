//! Rows of a file, each about one thing, become a document; what is wrong with that is told by row and column.

use super::{
    model::{
        AssessmentEntry, Document, NeedEntry, ServiceEntry, SystemEntry, ThirdPartyEntry, TranslationEntry,
    },
    row_columns::{Column, RowKind},
};
use crate::{access::Code, domain::change::Change};
use chrono::NaiveDate;
use entity::enums::Locale;
use serde::de::{DeserializeOwned, IntoDeserializer, value};
use std::collections::BTreeMap;

/// A row, with its columns by their names as the document has them. An empty field says nothing.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// In the file, as people count.
    pub number: u64,
    pub fields: BTreeMap<String, String>,
}

/// Where in a file something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub row: u64,
    /// By its name in the document, where one column is to blame.
    pub column: Option<String>,
}

/// Something that is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongRow {
    pub place: Place,
    pub code: Code,
    pub message: String,
}

/// What rows come to.
#[derive(Clone, Debug)]
pub struct Rows {
    pub document: Document,
    kind: RowKind,
    /// The rows by what the document calls what they are about.
    numbers: BTreeMap<String, u64>,
}

/// What sets a third party's trust, and is part of an assessment.
const ASSESSED: [&str; 11] = [
    "status",
    "grounds",
    "assessedBy",
    "assessedOn",
    "agreementReference",
    "agreementSignedOn",
    "agreementExpiresOn",
    "safeguard",
    "safeguardReference",
    "measures",
    "reviewDue",
];

impl Rows {
    /// Makes a document of rows of one kind.
    ///
    /// # Errors
    /// All that is wrong with the rows themselves. What is wrong with what they say is found by the import, whose refusals
    /// [`Rows::place`] traces back.
    pub fn read(kind: RowKind, rows: &[Row]) -> Result<Self, Vec<WrongRow>> {
        let mut reading = Reading { wrong: Vec::new(), row: 0, fields: &BTreeMap::new() };
        let (mut document, mut numbers) = (Document::default(), BTreeMap::new());
        for (index, row) in rows.iter().enumerate() {
            reading = Reading { wrong: reading.wrong, row: row.number, fields: &row.fields };
            reading.check(kind.columns());
            let name = match kind {
                RowKind::Systems => {
                    document.systems.push(reading.system());
                    reading.text("name")
                }
                RowKind::ThirdParties => {
                    document.third_parties.push(reading.third_party());
                    reading.text("name")
                }
                RowKind::Services => {
                    document.services.push(reading.service());
                    reading.text("key")
                }
                RowKind::Requirements => {
                    document.requirements.push(reading.requirement());
                    Some(index.to_string())
                }
            };
            let Some(name) = name else { continue };
            if let Some(earlier) = numbers.insert(name, row.number) {
                let column = if kind == RowKind::Services { "key" } else { "name" };
                reading.refuse(column, Code::AlreadyExists, format!("Row {earlier} is about the same."));
            }
        }
        if reading.wrong.is_empty() { Ok(Self { document, kind, numbers }) } else { Err(reading.wrong) }
    }

    /// Which row and column a refusal of the import is about, by its path.
    #[must_use]
    pub fn place(&self, field: &[String]) -> Option<Place> {
        let [_, section, name, rest @ ..] = field else { return None };
        if section != self.kind.word() {
            return None;
        }
        let row = *self.numbers.get(name)?;
        let words = rest.iter().map(String::as_str).collect::<Vec<_>>();
        let column = match words[..] {
            ["assessments", _, column, ..] => Some(column),
            ["translations", _, "name", ..] => Some("nameEn"),
            ["translations", _, "description", ..] => Some("descriptionEn"),
            ["assessments" | "translations", ..] | [] => None,
            [column, ..] => Some(column),
        };
        let known = |column: &&str| self.kind.columns().iter().any(|known| known.name == *column);
        Some(Place { row, column: column.filter(known).map(str::to_owned) })
    }
}

/// One row on its way.
struct Reading<'a> {
    wrong: Vec<WrongRow>,
    row: u64,
    fields: &'a BTreeMap<String, String>,
}

impl Reading<'_> {
    fn refuse(&mut self, column: &str, code: Code, message: impl Into<String>) {
        let place = Place { row: self.row, column: Some(column.to_owned()) };
        self.wrong.push(WrongRow { place, code, message: message.into() });
    }

    fn check(&mut self, columns: &[Column]) {
        for column in columns.iter().filter(|column| column.required) {
            if self.text(column.name).is_none() {
                self.refuse(
                    column.name,
                    Code::Required,
                    format!("This column must not be empty: {}", column.help),
                );
            }
        }
        let unknown = self.fields.keys().filter(|name| !columns.iter().any(|column| column.name == **name));
        for name in unknown.cloned().collect::<Vec<_>>() {
            self.refuse(&name, Code::InvalidFormat, "There is no such column for rows of this kind.");
        }
    }

    fn text(&self, column: &str) -> Option<String> {
        let text = self.fields.get(column)?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn change(&self, column: &str) -> Change<String> {
        self.text(column).map_or(Change::Keep, Change::Set)
    }

    /// One of a closed list of words, in whatever case.
    fn word<T: DeserializeOwned>(&mut self, column: &str) -> Option<T> {
        let text = self.text(column)?.to_uppercase().replace([' ', '-'], "_");
        let read: Result<T, value::Error> = T::deserialize(text.as_str().into_deserializer());
        let wrong = read.as_ref().err().map(|error| super::explained(&error.to_string()));
        if let Some(message) = wrong {
            self.refuse(column, Code::InvalidFormat, message);
        }
        read.ok()
    }

    fn day(&mut self, column: &str) -> Option<NaiveDate> {
        let text = self.text(column)?;
        let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok();
        if day.is_none() {
            self.refuse(column, Code::InvalidFormat, "Give a day such as 2026-03-31.");
        }
        day
    }

    fn list(&self, column: &str) -> Change<Vec<String>> {
        let Some(text) = self.text(column) else { return Change::Keep };
        let lines = text.split(';').map(str::trim).filter(|line| !line.is_empty());
        Change::Set(lines.map(str::to_owned).collect())
    }

    fn yes(&mut self, column: &str) -> bool {
        let Some(text) = self.text(column) else { return false };
        match text.to_lowercase().as_str() {
            "yes" | "true" | "1" | "ja" => true,
            "no" | "false" | "0" | "nej" => false,
            _ => {
                self.refuse(column, Code::InvalidFormat, "Give yes or no.");
                false
            }
        }
    }

    fn system(&mut self) -> SystemEntry {
        SystemEntry {
            name: self.text("name").unwrap_or_default(),
            third_party: self.change("thirdParty"),
            country: self.change("country"),
            owner: self.change("owner"),
            measures: self.list("measures"),
            review_due: set(self.day("reviewDue")),
            retired: self.yes("retired"),
            ..SystemEntry::default()
        }
    }

    fn third_party(&mut self) -> ThirdPartyEntry {
        ThirdPartyEntry {
            name: self.text("name").unwrap_or_default(),
            was: None,
            kind: self.change("kind"),
            role: set(self.word("role")),
            country: self.change("country"),
            privacy_contact: self.change("privacyContact"),
            sub_processor_of: self.change("subProcessorOf"),
            announced_on: set(self.day("announcedOn")),
            objection_until: set(self.day("objectionUntil")),
            assessments: self.assessment().into_iter().collect(),
            retired: self.yes("retired"),
            reason: self.text("reason"),
        }
    }

    fn assessment(&mut self) -> Option<AssessmentEntry> {
        let given = ASSESSED.into_iter().find(|column| self.text(column).is_some())?;
        if self.text("status").is_none() {
            let message = "This is part of an assessment: say with what `status` it ended, on which `grounds`, by whom \
                           and when; or leave it out, and the third party is put on record as PROPOSED.";
            self.refuse(given, Code::Required, message);
            return None;
        }
        Some(AssessmentEntry {
            status: self.word("status"),
            assessed_by: self.text("assessedBy"),
            assessed_on: self.day("assessedOn"),
            grounds: self.text("grounds").unwrap_or_default(),
            agreement_reference: self.change("agreementReference"),
            agreement_signed_on: set(self.day("agreementSignedOn")),
            agreement_expires_on: set(self.day("agreementExpiresOn")),
            safeguard: set(self.word("safeguard")),
            safeguard_reference: self.change("safeguardReference"),
            measures: self.list("measures"),
            review_due: set(self.day("reviewDue")),
        })
    }

    fn service(&mut self) -> ServiceEntry {
        let description = self.text("descriptionEn");
        let name = self.text("nameEn");
        if name.is_none() && description.is_some() {
            self.refuse("nameEn", Code::Required, "A description in English needs a name in English.");
        }
        let english = |name| TranslationEntry { locale: Some(Locale::En), name, description };
        ServiceEntry {
            key: self.text("key").unwrap_or_default(),
            name: self.change("name"),
            description: self.change("description"),
            processed_on_behalf: self.list("processedOnBehalf"),
            impact_assessment_reference: self.change("impactAssessmentReference"),
            translations: set(name.map(|name| vec![english(name)])),
            requirements: None,
            retired: self.yes("retired"),
        }
    }

    fn requirement(&mut self) -> NeedEntry {
        NeedEntry {
            service: self.text("service").unwrap_or_default(),
            category: self.text("category").unwrap_or_default(),
            purpose: self.text("purpose").unwrap_or_default(),
            system: self.text("system").unwrap_or_default(),
            on_end: self.word("onEnd"),
            grace: self.text("grace"),
            retired: self.yes("retired"),
        }
    }
}

fn set<T>(value: Option<T>) -> Change<T> {
    value.map_or(Change::Keep, Change::Set)
}
