//! What the example company sells, and what each service needs.

use super::{read::read, shipped::english};
use crate::access::Broken;
use entity::{
    enums::DisposalMethod,
    ids::{CategoryKey, PurposeKey, ServiceId},
    json::Texts,
    service,
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Deserialize)]
struct File {
    /// What several services need alike.
    groups: BTreeMap<String, Vec<Group>>,
    services: Vec<Offer>,
}

/// One system that needs several categories, for one or more purposes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Group {
    system: String,
    purposes: Vec<PurposeKey>,
    on_end: DisposalMethod,
    grace: String,
    categories: Vec<CategoryKey>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Offer {
    key: String,
    sv: String,
    sv_text: String,
    en: String,
    en_text: String,
    #[serde(default)]
    processed_on_behalf: Texts,
    impact_assessment_reference: Option<String>,
    /// Names of `groups`.
    groups: Vec<String>,
    needs: Vec<Group>,
}

/// One thing that a service of the example company needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    pub category: CategoryKey,
    pub purpose: PurposeKey,
    /// A system's name; the built-in one's is `Kartotek`.
    pub system: String,
    pub on_end: DisposalMethod,
    pub grace: String,
}

/// The keys of the example company's services, in the order of the file.
///
/// # Errors
/// Not in a released program: a test reads the file.
pub fn service_keys() -> Result<Vec<String>, Broken> {
    Ok(file()?.services.into_iter().map(|offer| offer.key).collect())
}

/// What a service of the example company needs; nothing when it has none of that key.
///
/// # Errors
/// Not in a released program: a test reads the file.
pub fn needs_of(service_key: &str) -> Result<Vec<Need>, Broken> {
    let file = file()?;
    let offer = file.services.iter().find(|offer| offer.key == service_key);
    Ok(offer.map(|offer| offer.spelled_out(&file.groups)).unwrap_or_default())
}

/// All services with what they need.
pub(super) fn services(id: impl Fn() -> ServiceId) -> Result<Vec<(service::Model, Vec<Need>)>, Broken> {
    let file = file()?;
    Ok(file.services.iter().map(|offer| (offer.row(id()), offer.spelled_out(&file.groups))).collect())
}

fn file() -> Result<File, Broken> {
    read("services.json", include_str!("data/services.json"))
}

impl Offer {
    fn row(&self, id: ServiceId) -> service::Model {
        service::Model {
            id,
            // Its needs were the second change.
            version: 2,
            key: self.key.clone(),
            name: self.sv.clone(),
            description: Some(self.sv_text.clone()),
            processed_on_behalf: self.processed_on_behalf.clone(),
            impact_assessment_reference: self.impact_assessment_reference.clone(),
            translations: english(self.en.clone(), Some(self.en_text.clone())),
            retired_at: None,
        }
    }

    /// Each category for each purpose, once.
    fn spelled_out(&self, groups: &BTreeMap<String, Vec<Group>>) -> Vec<Need> {
        let shared = self.groups.iter().filter_map(|name| groups.get(name)).flatten();
        let mut seen = BTreeSet::new();
        shared
            .chain(&self.needs)
            .flat_map(Group::spelled_out)
            .filter(|need| seen.insert((need.category.clone(), need.purpose.clone(), need.system.clone())))
            .collect()
    }
}

impl Group {
    fn spelled_out(&self) -> Vec<Need> {
        let of = |purpose: &PurposeKey, category: &CategoryKey| Need {
            category: category.clone(),
            purpose: purpose.clone(),
            system: self.system.clone(),
            on_end: self.on_end,
            grace: self.grace.clone(),
        };
        let for_purpose = |purpose| self.categories.iter().map(move |category| of(purpose, category));
        self.purposes.iter().flat_map(for_purpose).collect()
    }
}
