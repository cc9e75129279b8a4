//! What every installation ships with, as the files have it.

use super::read::read;
use crate::access::Broken;
use entity::{
    controller, data_category,
    enums::{LegalBasis, Locale, RetentionStart, Sensitivity},
    ids::{CategoryKey, PurposeKey, RetentionRuleId, SystemId},
    json::{Contact, Texts, Translation, Translations},
    purpose, retention_rule, system,
};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Debug, Deserialize)]
struct Categories {
    categories: Vec<Category>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Category {
    key: CategoryKey,
    sv: String,
    en: String,
    sensitivity: Sensitivity,
}

/// The kinds of personal data, each below its parent.
///
/// # Errors
/// Not in a released program: a test reads the file.
pub fn categories() -> Result<Vec<data_category::Model>, Broken> {
    let file: Categories = read("categories.json", include_str!("data/categories.json"))?;
    let row = |category: Category| data_category::Model {
        parent: category.key.parent(),
        key: category.key,
        version: 1,
        name: category.sv,
        description: None,
        sensitivity: category.sensitivity,
        translations: english(category.en, None),
        retired_at: None,
    };
    Ok(file.categories.into_iter().map(row).collect())
}

/// A name in English, beside the Swedish one.
pub(super) fn english(name: String, description: Option<String>) -> Translations {
    Translations(vec![Translation { locale: Locale::En, name, description }])
}

/// Everything else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shipped {
    controller: Company,
    purposes: Vec<Purpose>,
    bookkeeping: Bookkeeping,
    system: Place,
}

/// The company, of which only the country's own is known yet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Company {
    name: String,
    country: String,
    supervisory_authority: Contact,
    locale: Locale,
    time_zone: String,
    fiscal_year_end_month: i32,
    default_grace: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Purpose {
    key: PurposeKey,
    legal_basis: LegalBasis,
    legitimate_interest: Option<String>,
    #[serde(default = "needed")]
    sharing_needs_consent: bool,
    sv: String,
    sv_text: String,
    en: String,
    en_text: String,
}

fn needed() -> bool {
    true
}

/// One statute, for several categories.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Bookkeeping {
    purpose: PurposeKey,
    keep_for: String,
    counted_from: RetentionStart,
    statute: String,
    categories: Vec<CategoryKey>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    name: String,
    country: String,
    measures: Texts,
}

impl Shipped {
    pub(super) fn read() -> Result<Self, Broken> {
        read("shipped.json", include_str!("data/shipped.json"))
    }

    pub(super) fn controller(&self) -> controller::Model {
        let company = &self.controller;
        controller::Model {
            id: 1,
            version: 1,
            name: company.name.clone(),
            registration_number: None,
            address: None,
            country: company.country.clone(),
            email: None,
            phone: None,
            website: None,
            data_protection_officer: None,
            representative: None,
            supervisory_authority: Some(company.supervisory_authority.clone()),
            locale: company.locale,
            time_zone: company.time_zone.clone(),
            fiscal_year_end_month: company.fiscal_year_end_month,
            default_grace: company.default_grace.clone(),
        }
    }

    pub(super) fn purposes(&self) -> Vec<purpose::Model> {
        let row = |purpose: &Purpose| purpose::Model {
            key: purpose.key.clone(),
            version: 1,
            name: purpose.sv.clone(),
            description: Some(purpose.sv_text.clone()),
            legal_basis: purpose.legal_basis,
            legitimate_interest: purpose.legitimate_interest.clone(),
            special_category_condition: None,
            sharing_needs_consent: purpose.sharing_needs_consent,
            assessment_reference: None,
            translations: english(purpose.en.clone(), Some(purpose.en_text.clone())),
            retired_at: None,
        };
        self.purposes.iter().map(row).collect()
    }

    pub(super) fn retention_rules(&self, id: impl Fn() -> Uuid) -> Vec<retention_rule::Model> {
        let law = &self.bookkeeping;
        let row = |category: &CategoryKey| retention_rule::Model {
            id: RetentionRuleId(id()),
            category: category.clone(),
            purpose: law.purpose.clone(),
            keep_for: law.keep_for.clone(),
            counted_from: law.counted_from,
            statute: law.statute.clone(),
            retired_at: None,
        };
        law.categories.iter().map(row).collect()
    }

    pub(super) fn system(&self, id: SystemId) -> system::Model {
        let place = &self.system;
        system::Model {
            id,
            version: 1,
            name: place.name.clone(),
            third_party_id: None,
            country: place.country.clone(),
            owner: None,
            measures: place.measures.clone(),
            review_due: None,
            connector: None,
            built_in: true,
            retired_at: None,
        }
    }
}
