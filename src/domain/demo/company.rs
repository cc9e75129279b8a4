//! The example company itself, and its own systems.

use super::read::read;
use crate::access::Broken;
use chrono::{Days, NaiveDate};
use entity::{
    controller,
    ids::{SystemId, ThirdPartyId},
    json::{Contact, Texts},
    system,
};
use serde::Deserialize;

/// The file.
#[derive(Debug, Deserialize)]
pub(super) struct Company {
    controller: Itself,
    pub(super) systems: Vec<Place>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Itself {
    name: String,
    registration_number: String,
    address: String,
    country: String,
    email: String,
    phone: String,
    website: String,
    data_protection_officer: Contact,
}

/// A place where data is stored; third parties have them, too.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Place {
    name: String,
    country: String,
    owner: Option<String>,
    measures: Texts,
    review_in_days: i64,
}

impl Company {
    pub(super) fn read() -> Result<Self, Broken> {
        read("company.json", include_str!("data/company.json"))
    }

    /// Whether the company on record is this one.
    pub(super) fn is(&self, row: &controller::Model) -> bool {
        self.controller.name == row.name
    }

    /// The company in place of the one that had to be filled in.
    pub(super) fn controller(&self, seeded: controller::Model) -> controller::Model {
        let company = &self.controller;
        controller::Model {
            version: seeded.version + 1,
            name: company.name.clone(),
            registration_number: Some(company.registration_number.clone()),
            address: Some(company.address.clone()),
            country: company.country.clone(),
            email: Some(company.email.clone()),
            phone: Some(company.phone.clone()),
            website: Some(company.website.clone()),
            data_protection_officer: Some(company.data_protection_officer.clone()),
            ..seeded
        }
    }
}

impl Place {
    pub(super) fn row(&self, id: SystemId, party: Option<ThirdPartyId>, today: NaiveDate) -> system::Model {
        system::Model {
            id,
            version: 1,
            name: self.name.clone(),
            third_party_id: party,
            country: self.country.clone(),
            owner: self.owner.clone(),
            measures: self.measures.clone(),
            review_due: shift(today, self.review_in_days),
            connector: None,
            built_in: false,
            retired_at: None,
        }
    }
}

/// The day that many days from `today`, before it when negative.
pub(super) fn shift(today: NaiveDate, days: i64) -> Option<NaiveDate> {
    let by = Days::new(days.unsigned_abs());
    if days < 0 { today.checked_sub_days(by) } else { today.checked_add_days(by) }
}
