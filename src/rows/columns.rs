//! What the columns of a file may be called, in Swedish and in English, and what they are.

use super::source::Unreadable;
use crate::domain::catalog_document::{Column, RowKind, plain};
use entity::enums::ImportKind;
use serde_json::Value;
use std::collections::HashSet;

/// What a file's rows are, in the order in which files are brought in: what comes later names what came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// All files of it become one document.
    ReferenceData(RowKind),
    /// Of customers, brought in by the chunk.
    Rows(ImportKind),
}

/// What a column takes of a value of JSON, beside a text and an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Text,
    /// true or false.
    Truth,
    /// A list of keys.
    Words,
    /// A list of texts.
    Lines,
}

impl Takes {
    /// What the column of that name takes.
    pub(super) fn of(column: &str) -> Self {
        match column {
            "returning" | "retired" => Self::Truth,
            "categories" => Self::Words,
            "measures" | "processedOnBehalf" => Self::Lines,
            _ => Self::Text,
        }
    }

    /// The value as a file of tables would have it; or why it has to be another.
    pub(super) fn text(self, value: &Value) -> Result<Option<String>, &'static str> {
        let text = match (value, self) {
            (Value::Null, _) => return Ok(None),
            (Value::String(text), _) => text.clone(),
            (Value::Number(number), _) if number.is_i64() || number.is_u64() => number.to_string(),
            (Value::Number(_), _) => {
                return Err("give it as a text: a number may not be what it was meant to be");
            }
            (Value::Bool(truth), Self::Truth) => if *truth { "yes" } else { "no" }.to_owned(),
            (Value::Array(all), Self::Words | Self::Lines) if all.iter().all(Value::is_string) => {
                let all = all.iter().filter_map(Value::as_str).collect::<Vec<_>>();
                if self == Self::Lines && all.iter().any(|one| one.contains(';')) {
                    return Err("an entry of a list has a semicolon in it");
                }
                all.join(if self == Self::Lines { "; " } else { " " })
            }
            _ => return Err("give a text"),
        };
        Ok(Some(text))
    }
}

const fn needed(name: &'static str, aliases: &'static [&'static str], help: &'static str) -> Column {
    Column { name, required: true, aliases, help }
}

const fn column(name: &'static str, aliases: &'static [&'static str], help: &'static str) -> Column {
    Column { name, required: false, aliases, help }
}

const CUSTOMER: &[&str] = &[
    "kund",
    "kundnummer",
    "kundnr",
    "kundid",
    "customernumber",
    "customerid",
    "customerreference",
    "reference",
];

const CUSTOMERS: &[Column] = &[
    needed(
        "reference",
        &["kundnummer", "kundnr", "kundid", "referens", "customernumber", "customerid", "customer"],
        "your own customer number; it must say nothing about a person",
    ),
    needed("name", &["namn", "kundnamn", "fullname"], "the customer's name"),
    column(
        "kind",
        &["kundtyp", "typ", "slag", "type"],
        "PERSON (unless told) or ORGANIZATION; privatperson, företag",
    ),
    column("locale", &["språk", "sprak", "language"], "sv or en; the company's own unless told"),
    column("email", &["epost", "epostadress", "mail", "mejl", "emailaddress"], "an e-mail address"),
    column(
        "phone",
        &["telefon", "telefonnummer", "tel", "mobil", "mobile", "phonenumber"],
        "E.164 or a national number",
    ),
    column(
        "address",
        &["adress", "postadress", "postaladdress"],
        "a postal address, of several lines if need be",
    ),
    column(
        "nationalId",
        &["personnummer", "pnr", "samordningsnummer", "organisationsnummer", "orgnr", "personalnumber"],
        "personnummer, samordningsnummer or organisationsnummer, in any usual way of writing",
    ),
    column(
        "dormantSince",
        &["vilandesedan", "inaktivsedan", "inactivesince"],
        "since when they have had no service",
    ),
    column(
        "returning",
        &["återvänder", "atervander", "återkommen"],
        "yes, if they were erased once and came back of their own accord",
    ),
];

const SUBSCRIPTIONS: &[Column] = &[
    needed("customer", CUSTOMER, "the customer's reference"),
    needed("service", &["tjänst", "tjanst", "tjänstenyckel", "servicekey"], "the service's key"),
    needed(
        "startedAt",
        &["start", "startdatum", "startad", "från", "fran", "from", "startdate"],
        "when it began",
    ),
    column(
        "endedAt",
        &["slut", "slutdatum", "avslutad", "till", "to", "enddate"],
        "when it ended; empty while it lives",
    ),
    column("endReason", &["orsak", "slutorsak", "avslutsorsak", "reason"], "why it ended"),
];

const CONSENTS: &[Column] = &[
    needed("customer", CUSTOMER, "the customer's reference"),
    needed(
        "service",
        &["tjänst", "tjanst", "tjänstenyckel", "servicekey"],
        "the key of the service that they were told about",
    ),
    needed("thirdParty", &["tredjepart", "mottagare", "recipient"], "the third party's name"),
    needed("purpose", &["ändamål", "andamal", "syfte"], "the purpose's key"),
    needed(
        "categories",
        &["kategorier", "kategori", "category"],
        "the categories' keys, with spaces or commas between them",
    ),
    needed(
        "grantedAt",
        &["lämnat", "lamnat", "samtyckedatum", "samtycktat", "consentdate"],
        "when they allowed it",
    ),
    needed(
        "noticeText",
        &["information", "informationstext", "notice"],
        "what they were told first, word for word (Art. 7(1))",
    ),
    column(
        "noticeDeliveredAt",
        &["informerad", "informationsdatum"],
        "when they were told; when they allowed it unless told",
    ),
    column(
        "noticeLocale",
        &["informationsspråk", "informationssprak"],
        "sv or en; the customer's own unless told",
    ),
    column("withdrawnAt", &["återkallat", "aterkallat", "återtaget"], "when they took it back"),
    column("evidence", &["underlag", "bevis", "ärende"], "such as a call's or a letter's reference"),
];

const DATA_LOCATIONS: &[Column] = &[
    needed("customer", CUSTOMER, "the customer's reference"),
    needed("system", &["systemnamn", "systemname"], "the system's name"),
    needed("category", &["kategori", "uppgiftskategori", "datacategory"], "the category's key"),
    column(
        "externalReference",
        &["externreferens", "post", "postnyckel", "nyckel", "record", "recordkey", "key"],
        "the record's key over there",
    ),
    needed(
        "collectedAt",
        &["insamlad", "insamlat", "insamlingsdatum", "collected"],
        "when the company came to have it",
    ),
    column(
        "documentDate",
        &["dokumentdatum", "fakturadatum", "invoicedate"],
        "the date of the document that it belongs to, such as an invoice",
    ),
];

/// Whether a column of that name is to be passed over.
pub(super) fn is_passed_over(name: &str, ignored: &[String]) -> bool {
    name.trim_start().starts_with('#') || ignored.iter().any(|it| plain(it) == plain(name))
}

impl Kind {
    /// All of them, in the order in which they are brought in.
    pub const ALL: [Self; 8] = [
        Self::ReferenceData(RowKind::ThirdParties),
        Self::ReferenceData(RowKind::Systems),
        Self::ReferenceData(RowKind::Services),
        Self::ReferenceData(RowKind::Requirements),
        Self::Rows(ImportKind::Customers),
        Self::Rows(ImportKind::Subscriptions),
        Self::Rows(ImportKind::Consents),
        Self::Rows(ImportKind::DataLocations),
    ];

    /// The word on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ReferenceData(RowKind::ThirdParties) => "third-parties",
            Self::ReferenceData(RowKind::Systems) => "systems",
            Self::ReferenceData(RowKind::Services) => "services",
            Self::ReferenceData(RowKind::Requirements) => "requirements",
            Self::Rows(ImportKind::Customers) => "customers",
            Self::Rows(ImportKind::Subscriptions) => "subscriptions",
            Self::Rows(ImportKind::Consents) => "consents",
            Self::Rows(ImportKind::DataLocations) => "data-locations",
        }
    }

    /// The one of that word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Its columns.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::ReferenceData(kind) => kind.columns(),
            Self::Rows(ImportKind::Customers) => CUSTOMERS,
            Self::Rows(ImportKind::Subscriptions) => SUBSCRIPTIONS,
            Self::Rows(ImportKind::Consents) => CONSENTS,
            Self::Rows(ImportKind::DataLocations) => DATA_LOCATIONS,
        }
    }

    /// The place of the column of that name, however it is written.
    #[must_use]
    pub fn column(self, name: &str) -> Option<usize> {
        let name = plain(name);
        self.columns().iter().position(|column| column.is_called(&name))
    }

    /// The kind that these are the columns of.
    pub(super) fn of_columns(names: &[String]) -> Result<Self, Unreadable> {
        let fits = |kind: &Self| {
            let there = names.iter().map(|name| kind.column(name)).collect::<Option<HashSet<_>>>();
            there.is_some_and(|there| kind.missing(&there).is_none())
        };
        let fitting = Self::ALL.into_iter().filter(fits).collect::<Vec<_>>();
        match fitting[..] {
            [kind] => Ok(kind),
            _ => Err(Unreadable::Kind),
        }
    }

    fn missing(self, there: &HashSet<usize>) -> Option<&'static Column> {
        self.columns()
            .iter()
            .enumerate()
            .find(|(at, column)| column.required && !there.contains(at))
            .map(|(_, it)| it)
    }

    /// Which of its columns each of these is; `None` for those that are to be passed over.
    pub(super) fn places(
        self,
        names: &[String],
        ignored: &[String],
    ) -> Result<Vec<Option<usize>>, Unreadable> {
        // Where no column is known, the first line is most likely somebody's data, which is not to be told.
        if !names.iter().any(|name| self.column(name).is_some()) {
            return Err(Unreadable::Header);
        }
        let mut there = HashSet::new();
        let mut places = Vec::with_capacity(names.len());
        for (at, name) in names.iter().enumerate() {
            // What stands in a column without a name is looked at row by row.
            if name.trim().is_empty() || is_passed_over(name, ignored) {
                places.push(None);
                continue;
            }
            let shown = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
            let column = name.chars().take(40).map(shown).collect();
            let unknown = || Unreadable::Unknown { column, number: at + 1, kind: self };
            let at = self.column(name).ok_or_else(unknown)?;
            if !there.insert(at) {
                return Err(Unreadable::Twice { column: self.columns()[at].name });
            }
            places.push(Some(at));
        }
        match self.missing(&there) {
            Some(column) => Err(Unreadable::Missing { column: column.name, kind: self }),
            None => Ok(places),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_for_two_columns_of_a_kind_and_all_are_plain() {
        for kind in Kind::ALL {
            let mut all = HashSet::new();
            for column in kind.columns() {
                let names = column.aliases.iter().map(|name| (*name).to_owned()).chain([plain(column.name)]);
                for name in names {
                    assert_eq!(plain(&name), name);
                    assert!(all.insert(name.clone()), "{kind:?}: {name}");
                }
            }
        }
    }

    #[test]
    fn a_kind_is_known_by_its_columns() {
        let names = |text: &str| text.split(';').map(str::to_owned).collect::<Vec<_>>();
        let of = |text| Kind::of_columns(&names(text));
        assert_eq!(of("Kundnummer;Namn;E-post").unwrap(), Kind::Rows(ImportKind::Customers));
        assert_eq!(of("kund;tjänst;Startdatum").unwrap(), Kind::Rows(ImportKind::Subscriptions));
        assert_eq!(
            of("customer;system;category;collected_at").unwrap(),
            Kind::Rows(ImportKind::DataLocations)
        );
        assert_eq!(of("Namn;Land;Ägare").unwrap(), Kind::ReferenceData(RowKind::Systems));
        assert_eq!(of("leverantör;roll;land").unwrap(), Kind::ReferenceData(RowKind::ThirdParties));
        assert_eq!(
            of("service;category;purpose;system;onEnd").unwrap(),
            Kind::ReferenceData(RowKind::Requirements)
        );
        for unclear in ["kundnummer", "namn;land", "a;b", "kundnummer;namn;skostorlek"] {
            assert!(of(unclear).is_err(), "{unclear}");
        }
    }
}
