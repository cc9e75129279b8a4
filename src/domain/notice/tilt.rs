//! The same notice as a machine reads it: a document of the Transparency Information Language (TILT 1.1). Pure.
//!
//! It says what the text says, and names no customer. Where TILT asks for what the text has no word of, the answer is
//! the plain one: the data comes from the customer (`sources` is empty), no change of purpose is announced, and no
//! decision is left to a machine.

use super::{
    kept::{Kept, in_words, removed, required},
    say::say,
    text::{basis, in_one_line, safeguard, withdrawal, without_consent},
};
use crate::domain::{
    canonical::{sha256, without_nulls},
    catalog::Catalog,
    gate::{Proposed, Rules, RulesOf},
    third_party::is_in_eea,
};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::{
    controller, data_category,
    enums::{LegalBasis, Locale, TransferSafeguard},
    ids::NoticeId,
    json::Contact,
    purpose, service, third_party,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SCHEMA: &str = "https://transparency-information-language.github.io/schema/";

/// What a document says, and of which notice.
#[derive(Clone, Debug)]
pub(super) struct Tilt<'a> {
    pub rules: &'a RulesOf<'a>,
    pub service: &'a service::Model,
    pub proposed: &'a [Proposed],
    pub locale: Locale,
    pub notice: NoticeId,
    pub delivered_at: DateTime<Utc>,
}

impl Tilt<'_> {
    /// The document. Its `meta._hash` is the SHA-256, in lower-case hex, of the document without that field as
    /// RFC 8785 spells it (no white space, the fields of each object in order): whoever has it can check it.
    pub fn document(&self) -> Value {
        let document = |hash: Option<&str>| {
            without_nulls(json!({
                "meta": self.meta(hash),
                "controller": self.company(),
                "dataProtectionOfficer": self.officer(),
                "dataDisclosed": self.disclosed(),
                "thirdCountryTransfers": self.transfers(),
                "accessAndDataPortability": self.right(say!(
                    self.locale,
                    "Du har rätt att få tillgång till dina uppgifter och att få ut dem i ett format som kan flyttas \
                     (artikel 15 och 20).",
                    "You have the right to access your data and to receive it in a portable format (Articles 15 and 20)."
                )),
                "sources": [],
                "rightToInformation": self.right(say!(
                    self.locale,
                    "Du har rätt att få tillgång till dina uppgifter (artikel 15).",
                    "You have the right to access your data (Article 15)."
                )),
                "rightToRectificationOrDeletion": self.right(say!(
                    self.locale,
                    "Du har rätt att få dina uppgifter rättade eller raderade, och att begränsa eller invända mot hur \
                     de används (artikel 16-18 och 21).",
                    "You have the right to have your data corrected or erased, and to restrict or object to its use \
                     (Articles 16 to 18 and 21)."
                )),
                "rightToDataPortability": self.right(say!(
                    self.locale,
                    "Du har rätt att få ut dina uppgifter i ett format som kan flyttas (artikel 20).",
                    "You have the right to receive your data in a portable format (Article 20)."
                )),
                "rightToWithdrawConsent": self.withdrawing(),
                "rightToComplain": self.complaining(),
                "automatedDecisionMaking": { "inUse": false },
                "changesOfPurpose": [],
            }))
        };
        let hash = hex::encode(sha256(&document(None)));
        document(Some(&hash))
    }

    fn meta(&self, hash: Option<&str>) -> Value {
        let delivered_at = self.delivered_at.to_rfc3339_opts(SecondsFormat::Micros, true);
        json!({
            "_id": self.notice.0,
            "name": self.controller().map_or("", |row| &row.name),
            "created": delivered_at,
            "modified": delivered_at,
            // Grows with each change of what the company says of itself.
            "version": self.catalog().version.max(1),
            "language": say!(self.locale, "sv", "en"),
            "status": "active",
            "url": SCHEMA,
            "_hash": hash,
        })
    }

    fn company(&self) -> Value {
        let row = self.controller();
        let itself = || row.map(itself);
        let representative = row.and_then(|row| row.representative.clone()).or_else(itself);
        json!({
            "name": row.map_or("", |row| &row.name),
            "address": self.address(),
            "country": self.country(),
            "representative": {
                "name": representative.as_ref().map_or("", |contact| &contact.name),
                "email": self.email_of(representative.as_ref()),
                "phone": phone_of(representative.as_ref()),
            },
        })
    }

    /// TILT knows no company without an officer. Not every company needs one (Art. 37): of those it says so, and where
    /// to write instead.
    fn officer(&self) -> Value {
        let officer = self.controller().and_then(|row| row.data_protection_officer.as_ref());
        let nobody =
            say!(self.locale, "Inget dataskyddsombud är utsett", "No data protection officer is appointed");
        let own = officer.and_then(|contact| contact.address.as_deref()).map(in_one_line);
        let itself = self.controller().map(itself);
        json!({
            "name": officer.map_or(nobody, |contact| &contact.name),
            "address": own.unwrap_or_else(|| self.address()),
            "country": self.country(),
            "email": self.email_of(officer),
            "phone": phone_of(officer.or(itself.as_ref())),
        })
    }

    fn disclosed(&self) -> Vec<Value> {
        let catalog = self.catalog();
        let entries = self.proposed.iter().flat_map(|one| {
            let party = catalog.third_parties.get(&one.third_party);
            let categories = one.categories.iter().filter_map(|key| catalog.categories.get(key));
            categories.filter_map(move |category| Some(self.entry(one, party?, category)))
        });
        entries.collect()
    }

    /// One category that goes to one recipient for one purpose.
    fn entry(&self, one: &Proposed, party: &third_party::Model, category: &data_category::Model) -> Value {
        let (catalog, locale) = (self.catalog(), self.locale);
        let consent_needed = self.rules.needs_consent(&one.purpose);
        let purpose = catalog.purposes.get(&one.purpose).map(AsRef::as_ref);
        let ground = purpose.map_or(LegalBasis::Consent, |purpose| purpose.legal_basis);
        let ground = if consent_needed { LegalBasis::Consent } else { ground };
        let (by_law, by_contract) = (ground == LegalBasis::LegalObligation, ground == LegalBasis::Contract);
        let consequences = if consent_needed {
            without_consent(locale)
        } else {
            say!(
                locale,
                "Utan uppgifterna kan den del av tjänsten som behöver dem inte levereras.",
                "Without the data, the part of the service that needs it cannot be delivered."
            )
        };
        json!({
            "_id": format!("{}/{}/{}", one.system.0.as_simple(), one.purpose.0, category.key.0),
            "category": catalog.name_in(locale, &category.name, &category.translations),
            "purposes": [self.purpose(purpose, &one.purpose.0)],
            "legalBases": [{ "reference": reference(ground), "description": basis(ground, locale) }],
            "legitimateInterests": [interest(purpose, ground)],
            "recipients": [{ "name": party.name, "country": party.country, "category": party.kind }],
            "storage": [self.storage(one, category)],
            "nonDisclosure": {
                "legalRequirement": by_law,
                "contractualRegulation": by_contract,
                "obligationToProvide": by_law,
                "consequences": consequences,
            },
        })
    }

    fn purpose(&self, purpose: Option<&purpose::Model>, key: &str) -> Value {
        let Some(row) = purpose else { return json!({ "purpose": key, "description": key }) };
        let catalog = self.catalog();
        let name = catalog.name_in(self.locale, &row.name, &row.translations);
        let translation = catalog.translation(self.locale, &row.translations);
        let description = translation.map_or(&row.description, |it| &it.description).as_deref();
        json!({ "purpose": name, "description": description.unwrap_or(name) })
    }

    fn storage(&self, one: &Proposed, category: &data_category::Model) -> Value {
        let (catalog, locale) = (self.catalog(), self.locale);
        let kept = Kept::of(catalog, self.service.id, one.system, &one.purpose, |key| *key == category.key);
        let graces = kept.graces.iter().map(|grace| {
            let words = in_words(grace, locale).unwrap_or_default();
            json!({ "description": removed(&words, locale), "ttl": grace })
        });
        let rules = kept
            .rules
            .iter()
            .map(|rule| json!({ "description": required(&rule.statute, locale), "ttl": rule.keep_for }));
        let service = catalog.name_in(locale, &self.service.name, &self.service.translations);
        let while_live = say!(
            locale,
            format!("Så länge du har tjänsten {service}."),
            format!("As long as you have the service {service}.")
        );
        json!({
            "temporal": graces.chain(rules).collect::<Vec<_>>(),
            "purposeConditional": [while_live],
            "aggregationFunction": "max",
        })
    }

    /// Whither data leaves the European Economic Area, and what makes that lawful (Art. 44 to 49).
    fn transfers(&self) -> Vec<Value> {
        let parties = self.proposed.iter().map(|one| one.third_party).collect::<BTreeSet<_>>();
        let parties = parties.iter().filter_map(|id| self.catalog().third_parties.get(id));
        let outside = parties.filter(|party| !is_in_eea(&party.country));
        outside.map(|party| self.transfer(party)).collect()
    }

    fn transfer(&self, party: &third_party::Model) -> Value {
        let reference = party.safeguard_reference.as_deref().map(|text| format!(" ({text})"));
        let description =
            format!("{}{}", safeguard(party.safeguard, self.locale), reference.unwrap_or_default());
        let adequate = party.safeguard == Some(TransferSafeguard::Adequacy);
        let clauses = party.safeguard == Some(TransferSafeguard::Scc);
        let rules = party.safeguard == Some(TransferSafeguard::Bcr);
        let said = |available: bool, described: bool| json!({ "available": available, "description": described.then_some(&description) });
        json!({
            "country": party.country,
            "adequacyDecision": said(adequate, adequate),
            // Where there is none, what there is instead: a derogation, or nothing.
            "appropriateGuarantees": said(clauses || rules, !adequate),
            "standardDataProtectionClause": said(clauses, clauses),
        })
    }

    fn right(&self, description: &str) -> Value {
        let officer = self.controller().and_then(|row| row.data_protection_officer.as_ref());
        let email = self.email_of(officer);
        json!({
            "available": true,
            "description": description,
            "url": self.controller().and_then(|row| row.website.as_deref()),
            "email": (!email.is_empty()).then_some(email),
        })
    }

    /// Where nothing rests on consent there is none to take back.
    fn withdrawing(&self) -> Value {
        let on_consent = self.proposed.iter().any(|one| self.rules.needs_consent(&one.purpose));
        if on_consent { self.right(withdrawal(self.locale)) } else { json!({ "available": false }) }
    }

    fn complaining(&self) -> Value {
        let authority = self.controller().and_then(|row| row.supervisory_authority.as_ref());
        // Art. 77(1) says which, for whom nobody has told.
        let any = say!(
            self.locale,
            "Tillsynsmyndigheten där du bor eller arbetar",
            "The supervisory authority where you live or work"
        );
        json!({
            "available": true,
            "description": say!(
                self.locale,
                "Du kan klaga hos tillsynsmyndigheten (artikel 77).",
                "You can complain to the supervisory authority (Article 77)."
            ),
            "supervisoryAuthority": {
                "name": authority.map_or(any, |contact| &contact.name),
                "address": authority.and_then(|contact| contact.address.as_deref()).map(in_one_line),
                "email": authority.and_then(|contact| contact.email.as_deref()),
                "phone": phone_of(authority),
            },
        })
    }

    /// Theirs, else the company's; TILT wants one, and where there is none it is empty.
    fn email_of<'b>(&'b self, contact: Option<&'b Contact>) -> &'b str {
        let own = contact.and_then(|contact| contact.email.as_deref());
        own.or_else(|| self.controller()?.email.as_deref()).unwrap_or_default()
    }

    fn address(&self) -> String {
        let address = self.controller().and_then(|row| row.address.as_deref());
        address.map(in_one_line).unwrap_or_default()
    }

    /// `ZZ` is no country's code.
    fn country(&self) -> &str {
        self.controller().map_or("ZZ", |row| &row.country)
    }

    fn controller(&self) -> Option<&controller::Model> {
        self.catalog().controller.as_deref()
    }

    const fn catalog(&self) -> &Catalog {
        self.rules.catalog
    }
}

/// The company as one that can be written to.
fn itself(row: &controller::Model) -> Contact {
    Contact {
        name: row.name.clone(),
        email: row.email.clone(),
        phone: row.phone.clone(),
        address: row.address.clone(),
    }
}

fn interest(purpose: Option<&purpose::Model>, ground: LegalBasis) -> Value {
    let row = purpose.filter(|_| ground == LegalBasis::LegitimateInterests);
    let reasoning = row.map(|row| row.legitimate_interest.as_ref().unwrap_or(&row.name));
    json!({ "exists": reasoning.is_some(), "reasoning": reasoning })
}

/// The article, as TILT writes it.
const fn reference(basis: LegalBasis) -> &'static str {
    match basis {
        LegalBasis::Consent => "GDPR-6-1-a",
        LegalBasis::Contract => "GDPR-6-1-b",
        LegalBasis::LegalObligation => "GDPR-6-1-c",
        LegalBasis::VitalInterests => "GDPR-6-1-d",
        LegalBasis::PublicTask => "GDPR-6-1-e",
        LegalBasis::LegitimateInterests => "GDPR-6-1-f",
    }
}

fn phone_of(contact: Option<&Contact>) -> Option<&str> {
    contact?.phone.as_deref().filter(|number| is_phone(number))
}

/// Whether TILT takes it for a phone number: a prefix, in brackets if need be, and digits with what parts them.
fn is_phone(number: &str) -> bool {
    let rest = number.trim_start_matches('+');
    let rest = rest.strip_prefix('(').unwrap_or(rest);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = if digits <= 4 { rest.strip_prefix(')').unwrap_or(rest) } else { rest };
    digits > 0 && rest.chars().all(|c| c.is_ascii_digit() || c.is_ascii_whitespace() || "-./".contains(c))
}

#[cfg(test)]
mod tests;
