//! What the inventory can be counted by.

use crate::{access::Sql, domain::catalog::Catalog};
use entity::{
    enums::Locale,
    ids::{CategoryKey, PurposeKey, ServiceId, SystemId, ThirdPartyId},
};
use sea_orm::{DbErr, QueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What the inventory can be counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Dimension {
    System,
    /// The holder; none in-house.
    ThirdParty,
    Category,
    /// What live services of the customer's need it for; several, or none.
    Purpose,
    /// The live services of the customer's that need it; several, or none.
    Service,
    Country,
    Sensitivity,
    State,
    LegalBasis,
}

/// Where a group lies in one dimension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    System(SystemId),
    ThirdParty(ThirdPartyId),
    Category(CategoryKey),
    Purpose(PurposeKey),
    Service(ServiceId),
    /// A country's code, or the word of a closed vocabulary.
    Word(String),
    /// In-house, or nothing that any live service needs.
    Nothing,
}

impl Dimension {
    /// Its column, of a location or count `l` in the system `y` and of the category `k`, and of the need `r` for the purpose `p`.
    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::System => "l.system_id",
            Self::ThirdParty => "y.third_party_id",
            Self::Category => "l.category",
            Self::Purpose => "r.purpose",
            Self::Service => "r.service_id",
            Self::Country => "y.country",
            Self::Sensitivity => "k.sensitivity",
            Self::State => "l.state",
            Self::LegalBasis => "p.legal_basis",
        }
    }

    /// Whether it depends on what customers have ordered.
    #[must_use]
    pub const fn is_of_use(self) -> bool {
        matches!(self, Self::Purpose | Self::Service | Self::LegalBasis)
    }

    /// What it is called in a language.
    #[must_use]
    pub const fn name(self, locale: Locale) -> &'static str {
        let (sv, en) = match self {
            Self::System => ("System", "System"),
            Self::ThirdParty => ("Tredje part", "Third party"),
            Self::Category => ("Kategori", "Category"),
            Self::Purpose => ("Ändamål", "Purpose"),
            Self::Service => ("Tjänst", "Service"),
            Self::Country => ("Land", "Country"),
            Self::Sensitivity => ("Skyddsbehov", "Sensitivity"),
            Self::State => ("Tillstånd", "State"),
            Self::LegalBasis => ("Rättslig grund", "Legal basis"),
        };
        match locale {
            Locale::Sv => sv,
            Locale::En => en,
        }
    }

    /// What a key of its column stands for.
    pub(super) fn value(self, raw: Raw) -> Value {
        match (self, raw) {
            (Self::System, Raw::Id(id)) => Value::System(id.into()),
            (Self::ThirdParty, Raw::Id(id)) => Value::ThirdParty(id.into()),
            (Self::Service, Raw::Id(id)) => Value::Service(id.into()),
            (Self::Category, Raw::Word(key)) => Value::Category(CategoryKey(key)),
            (Self::Purpose, Raw::Word(key)) => Value::Purpose(PurposeKey(key)),
            (_, Raw::Word(word)) => Value::Word(word),
            (_, Raw::Id(_) | Raw::Nothing) => Value::Nothing,
        }
    }
}

/// What a column holds.
pub(super) enum Raw {
    Id(Uuid),
    Word(String),
    Nothing,
}

impl Raw {
    pub(super) fn read(row: &QueryResult, column: &str) -> Result<Self, DbErr> {
        let word = row.try_get::<Option<String>>("", column).map(|word| word.map(Self::Word));
        let read = word.or_else(|_| row.try_get::<Option<Uuid>>("", column).map(|id| id.map(Self::Id)))?;
        Ok(read.unwrap_or(Self::Nothing))
    }
}

impl Value {
    /// Adds that a column has this value.
    pub(super) fn equals(&self, sql: &mut Sql) {
        match self {
            Self::System(id) => sql.push(" = ").bind(id.0),
            Self::ThirdParty(id) => sql.push(" = ").bind(id.0),
            Self::Service(id) => sql.push(" = ").bind(id.0),
            Self::Category(key) => sql.push(" = ").bind(key.0.clone()),
            Self::Purpose(key) => sql.push(" = ").bind(key.0.clone()),
            Self::Word(word) => sql.push(" = ").bind(word.clone()),
            Self::Nothing => sql.push(" IS NULL"),
        };
    }

    /// What it says to a person: a name of the reference data, or the word itself.
    #[must_use]
    pub fn label(&self, dimension: Dimension, catalog: &Catalog, locale: Locale) -> String {
        let name = match self {
            Self::System(id) => catalog.systems.get(id).map(|row| row.name.as_str()),
            Self::ThirdParty(id) => catalog.third_parties.get(id).map(|row| row.name.as_str()),
            Self::Category(key) => {
                catalog.categories.get(key).map(|row| catalog.name_in(locale, &row.name, &row.translations))
            }
            Self::Purpose(key) => {
                catalog.purposes.get(key).map(|row| catalog.name_in(locale, &row.name, &row.translations))
            }
            Self::Service(id) => {
                catalog.services.get(id).map(|row| catalog.name_in(locale, &row.name, &row.translations))
            }
            Self::Word(word) => Some(word.as_str()),
            Self::Nothing => Some(nothing(dimension, locale)),
        };
        name.unwrap_or_default().to_owned()
    }
}

/// What it means that a group has no value.
const fn nothing(dimension: Dimension, locale: Locale) -> &'static str {
    match (dimension, locale) {
        (Dimension::ThirdParty, Locale::Sv) => "Internt",
        (Dimension::ThirdParty, Locale::En) => "In-house",
        (_, Locale::Sv) => "Inget som en tjänst behöver",
        (_, Locale::En) => "Nothing that a service needs",
    }
}
