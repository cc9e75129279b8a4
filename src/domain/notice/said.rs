//! The facts that a notice states, kept with it: what is made of them later says what was said then, whatever the
//! reference data says by now. Pure.

use super::{kept::Kept, text::withdrawal};
use crate::domain::gate::{Proposed, RulesOf};
use entity::{
    controller, data_category,
    enums::Locale,
    json::{
        Said, SaidCategory, SaidController, SaidPurpose, SaidService, SaidShare, SaidStatute, SaidThirdParty,
    },
    purpose, service, third_party,
};

/// What a notice says of who gets what, in its language.
pub(in crate::domain) fn said(
    rules: &RulesOf<'_>,
    service: &service::Model,
    proposed: &[Proposed],
    locale: Locale,
) -> Said {
    let facts = Facts { rules, service, locale };
    Said {
        controller: rules.catalog.controller.as_deref().map(|row| Box::new(company(row))),
        service: SaidService {
            key: service.key.clone(),
            name: rules.catalog.name_in(locale, &service.name, &service.translations).to_owned(),
        },
        withdrawal: withdrawal(locale).to_owned(),
        shares: proposed.iter().filter_map(|one| facts.share(one)).collect(),
    }
}

/// What the facts are read from.
struct Facts<'a> {
    rules: &'a RulesOf<'a>,
    service: &'a service::Model,
    locale: Locale,
}

impl Facts<'_> {
    fn share(&self, one: &Proposed) -> Option<SaidShare> {
        let catalog = self.rules.catalog;
        let categories = one.categories.iter().filter_map(|key| catalog.categories.get(key));
        Some(SaidShare {
            system: one.system,
            system_country: catalog.systems.get(&one.system)?.country.clone(),
            third_party: recipient(catalog.third_parties.get(&one.third_party)?),
            purpose: self.purpose(catalog.purposes.get(&one.purpose)?),
            categories: categories.map(|row| self.category(one, row)).collect(),
        })
    }

    fn purpose(&self, row: &purpose::Model) -> SaidPurpose {
        let catalog = self.rules.catalog;
        let translation = catalog.translation(self.locale, &row.translations);
        SaidPurpose {
            key: row.key.clone(),
            name: catalog.name_in(self.locale, &row.name, &row.translations).to_owned(),
            description: translation.map_or(&row.description, |it| &it.description).clone(),
            special_category_condition: row.special_category_condition,
        }
    }

    fn category(&self, one: &Proposed, row: &data_category::Model) -> SaidCategory {
        let catalog = self.rules.catalog;
        let kept = Kept::of(catalog, self.service.id, one.system, &one.purpose, |key| *key == row.key);
        let statutes = kept
            .rules
            .iter()
            .map(|rule| SaidStatute { keep_for: rule.keep_for.clone(), statute: rule.statute.clone() });
        SaidCategory {
            key: row.key.clone(),
            name: catalog.name_in(self.locale, &row.name, &row.translations).to_owned(),
            sensitivity: row.sensitivity,
            graces: kept.graces.into_iter().map(str::to_owned).collect(),
            statutes: statutes.collect(),
        }
    }
}

fn company(row: &controller::Model) -> SaidController {
    SaidController {
        name: row.name.clone(),
        registration_number: row.registration_number.clone(),
        address: row.address.clone(),
        country: row.country.clone(),
        email: row.email.clone(),
        phone: row.phone.clone(),
        website: row.website.clone(),
        data_protection_officer: row.data_protection_officer.clone(),
        supervisory_authority: row.supervisory_authority.clone(),
    }
}

fn recipient(row: &third_party::Model) -> SaidThirdParty {
    SaidThirdParty {
        id: row.id,
        name: row.name.clone(),
        role: row.role,
        country: row.country.clone(),
        privacy_contact: row.privacy_contact.clone(),
    }
}
