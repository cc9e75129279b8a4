//! What the record lacks that Art. 30 asks for.

use super::activity::holders;
use crate::domain::{catalog::Catalog, third_party::is_in_eea};
use entity::{
    enums::{Locale, TransferSafeguard},
    ids::{SystemId, ThirdPartyId},
    system,
};
use std::collections::BTreeSet;

/// Something that is not on record, and belongs into the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// Who the company is.
    Controller,
    /// By which way the company can be reached.
    Contact,
    /// Who represents a company outside the European Economic Area (Art. 27).
    Representative,
    /// What makes a transfer to a third party lawful, or where that is documented.
    Safeguard(ThirdPartyId),
    /// How a system protects data.
    MeasuresOfSystem(SystemId),
    /// How a third party protects data.
    MeasuresOfThirdParty(ThirdPartyId),
}

impl Gap {
    /// The letter of Art. 30(1) that asks for it.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Controller | Self::Contact | Self::Representative => "a",
            Self::Safeguard(_) => "e",
            Self::MeasuresOfSystem(_) | Self::MeasuresOfThirdParty(_) => "g",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn text(self, catalog: &Catalog, locale: Locale) -> String {
        let party = |id| catalog.third_parties.get(&id).map_or("?", |row| row.name.as_str());
        let system = |id| catalog.systems.get(&id).map_or("?", |row| row.name.as_str());
        let (sv, en) = match self {
            Self::Controller => (
                "Vem som är personuppgiftsansvarig saknas.".to_owned(),
                "Who the controller is, is not on record.".to_owned(),
            ),
            Self::Contact => (
                "Den personuppgiftsansvariges kontaktuppgifter saknas: ange adress, e-post eller telefon.".to_owned(),
                "The controller's contact details are missing: give an address, an e-mail address or a phone number."
                    .to_owned(),
            ),
            Self::Representative => (
                "Företaget ligger utanför EES: ange dess företrädare (art. 27).".to_owned(),
                "The company is outside the EEA: name its representative (Art. 27).".to_owned(),
            ),
            Self::Safeguard(id) => (
                format!("Vad som gör överföringen till {} laglig saknas, eller var det är dokumenterat.", party(id)),
                format!("What makes the transfer to {} lawful is missing, or where that is documented.", party(id)),
            ),
            Self::MeasuresOfSystem(id) => (
                format!("Säkerhetsåtgärderna för {} saknas.", system(id)),
                format!("The security measures of {} are missing.", system(id)),
            ),
            Self::MeasuresOfThirdParty(id) => (
                format!("Säkerhetsåtgärderna hos {} saknas.", party(id)),
                format!("The security measures of {} are missing.", party(id)),
            ),
        };
        match locale {
            Locale::Sv => sv,
            Locale::En => en,
        }
    }
}

/// All that the record as a whole lacks: of the company, and of the places that these are.
#[must_use]
pub(super) fn gaps(catalog: &Catalog, systems: impl Iterator<Item = SystemId>) -> Vec<Gap> {
    let mut all = of_the_company(catalog);
    all.extend(of_systems(catalog, systems));
    all
}

fn of_the_company(catalog: &Catalog) -> Vec<Gap> {
    let Some(company) = &catalog.controller else { return vec![Gap::Controller] };
    let mut all = Vec::new();
    if company.address.is_none() && company.email.is_none() && company.phone.is_none() {
        all.push(Gap::Contact);
    }
    if !is_in_eea(&company.country) && company.representative.is_none() {
        all.push(Gap::Representative);
    }
    all
}

/// What is to be put right at one system: what it lacks, and at Kartotek itself what the company does.
#[must_use]
pub(in crate::domain) fn gaps_at(catalog: &Catalog, system: &system::Model) -> Vec<Gap> {
    let mut all = if system.built_in { of_the_company(catalog) } else { Vec::new() };
    all.extend(of_system(catalog, system));
    all
}

/// What these systems lack, and those who have them.
pub(super) fn of_systems(catalog: &Catalog, systems: impl Iterator<Item = SystemId>) -> Vec<Gap> {
    let mut all = BTreeSet::new();
    for system in systems.filter_map(|id| catalog.systems.get(&id)) {
        all.extend(of_system(catalog, system));
    }
    all.into_iter().collect()
}

fn of_system(catalog: &Catalog, system: &system::Model) -> Vec<Gap> {
    let mut all = Vec::new();
    let party = system.third_party_id.and_then(|id| catalog.third_parties.get(&id));
    // At a third party its own measures say how; those of one of its systems say more.
    if system.measures.0.is_empty() && party.is_none_or(|party| party.measures.0.is_empty()) {
        all.push(party.map_or(Gap::MeasuresOfSystem(system.id), |party| Gap::MeasuresOfThirdParty(party.id)));
    }
    let with = holders(catalog, &BTreeSet::from([system.id]));
    for party in with.iter().filter_map(|id| catalog.third_parties.get(id)) {
        let here = system.third_party_id == Some(party.id) && !is_in_eea(&system.country);
        let undocumented = match party.safeguard {
            None | Some(TransferSafeguard::Eea) => true,
            // Art. 30(1)(e) asks for the documentation of these.
            Some(TransferSafeguard::Derogation) => party.safeguard_reference.is_none(),
            Some(_) => false,
        };
        if (here || !is_in_eea(&party.country)) && undocumented {
            all.push(Gap::Safeguard(party.id));
        }
    }
    all
}
