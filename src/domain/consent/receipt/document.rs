//! What a customer has in hand of a consent: ISO/IEC TS 27560:2023, with the names that the W3C guide "Consent Records
//! and Receipts as per ISO/IEC TS 27560:2023 using DPV" gives its fields. Pure.
//!
//! It says whose consent it is by their id alone. What somebody wrote or who recorded it (a call's reference, a name)
//! is not the receipt's to tell: it may be passed on.

use super::{
    super::ConsentParts,
    parties::{AUTHORITY, CONTROLLER, Parties},
};
use crate::domain::{
    canonical::{sha256, without_nulls},
    catalog::Catalog,
    notice::{Kept, hex, say, withdrawal},
};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::{
    consent, consent_event, controller, data_category,
    enums::{ConsentEventKind, Locale, Sensitivity, SpecialCategoryCondition, ThirdPartyRole},
    ids::SystemId,
    notice, notice_line, purpose,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PROFILE: &str = "https://w3id.org/dpv/schema/dpv-27560";

/// The rights that come with consent, by DPV's names of the GDPR's articles.
const RIGHTS: [(&str, &str, &str); 7] = [
    ("eu-gdpr:A7-3", "Rätt att ta tillbaka samtycket", "Right to withdraw consent"),
    ("eu-gdpr:A15", "Rätt till tillgång", "Right of access"),
    ("eu-gdpr:A16", "Rätt till rättelse", "Right to rectification"),
    ("eu-gdpr:A17", "Rätt till radering", "Right to erasure"),
    ("eu-gdpr:A18", "Rätt till begränsning", "Right to restriction of processing"),
    ("eu-gdpr:A20", "Rätt till dataportabilitet", "Right to data portability"),
    (
        "eu-gdpr:A77",
        "Rätt att klaga hos tillsynsmyndigheten",
        "Right to complain to the supervisory authority",
    ),
];

/// What things are called outside.
#[derive(Clone, Debug)]
pub struct Ids {
    pub consent: String,
    pub customer: String,
    pub notice: String,
    pub third_party: String,
}

/// A consent with all that its receipt tells of.
#[derive(Clone, Debug)]
pub struct Receipt<'a> {
    pub catalog: &'a Catalog,
    pub consent: &'a consent::Model,
    pub parts: &'a ConsentParts,
    pub notice: &'a notice::Model,
    /// What the notice says of any third party.
    pub lines: &'a [notice_line::Model],
    pub ids: Ids,
}

impl Receipt<'_> {
    /// The receipt. Its id is the SHA-256, in hex, of the rest of it: as long as it says the same it is the same one.
    #[must_use]
    pub fn document(&self) -> Value {
        let as_of = self.parts.events.last().map_or(self.consent.granted_at, |event| event.occurred_at);
        let receipt = |id: Option<&str>| {
            without_nulls(json!({
                "@context": context(),
                "@type": "dpv:ConsentReceipt",
                "dct:conformsTo": format!("{PROFILE}#receipt"),
                "dct:identifier": id,
                "dpv:hasIdentifier": id,
                "dct:created": written(as_of),
                "dct:publisher": CONTROLLER,
                "schema:recipient": self.ids.customer,
                "dpv:hasRecordOfActivity": self.record(),
            }))
        };
        let id = hex(&sha256(&receipt(None)));
        receipt(Some(&id))
    }

    fn record(&self) -> Value {
        let parties = Parties {
            controller: self.controller(),
            third_party: self.third_party(),
            third_party_id: &self.ids.third_party,
            customer_id: &self.ids.customer,
        };
        json!({
            "@id": self.ids.consent,
            "@type": "dpv:ConsentRecord",
            "dct:identifier": self.ids.consent,
            "dpv:hasIdentifier": self.ids.consent,
            "dct:conformsTo": format!("{PROFILE}#record"),
            "dpv:hasDataSubject": self.ids.customer,
            "dpv:hasNotice": {
                "@id": self.ids.notice,
                "@type": "dpv:ConsentNotice",
                "dct:identifier": self.ids.notice,
                "dct:date": written(self.notice.delivered_at),
                "dct:language": language(self.locale()),
                "schema:sha256": hex(&self.notice.sha256),
            },
            "dct:language": language(self.locale()),
            "dpv:hasProcess": [self.process()],
            "dpv:hasEntity": parties.all(),
            "dpv:hasConsentStatus": self.parts.events.iter().map(|event| self.event(event)).collect::<Vec<_>>(),
        })
    }

    fn process(&self) -> Value {
        let (catalog, locale) = (self.catalog, self.locale());
        let service = catalog.services.get(&self.notice.service_id);
        let country = self.controller().map(|controller| located(&controller.country));
        let role = self.third_party().map(|party| party.role);
        let if_it_is = |wanted| (role == Some(wanted)).then_some(&self.ids.third_party);
        let mut controllers = vec![CONTROLLER];
        controllers.extend(if_it_is(ThirdPartyRole::JointController).map(String::as_str));
        let authority = self.controller().and_then(|controller| controller.supervisory_authority.as_ref());
        json!({
            "@type": "dpv:Process",
            "dpv:hasService": service.map(|service| json!({
                "@type": "dpv:Service",
                "dct:identifier": service.key,
                "dct:title": catalog.name_in(locale, &service.name, &service.translations),
            })),
            "dpv:hasPurpose": self.purpose(),
            "dpv:hasLegalBasis": self.legal_basis(),
            "dpv:hasPersonalData": self.categories().map(|row| self.category(row)).collect::<Vec<_>>(),
            "dpv:hasProcessing": ["dpv:Share", "dpv:Store"],
            "dpv:hasDataController": controllers,
            "dpv:hasDataProcessor": if_it_is(ThirdPartyRole::Processor),
            "dpv:hasRecipient": [self.ids.third_party],
            "dpv:hasStorageCondition": self.storage(),
            "dpv:hasJurisdiction": country,
            "dpv:hasApplicableLaw": "eu-gdpr:GDPR",
            "dpv:hasConsentControl": {
                "@type": "dpv:WithdrawConsent",
                "dct:description": withdrawal(locale),
                "dpv:isExercisedAt": self.address(),
            },
            "dpv:hasRight": RIGHTS.map(|(article, sv, en)| json!({
                "@type": ["dpv:DataSubjectRight", article],
                "dct:title": say!(locale, sv, en),
                "dpv:isExercisedAt": if article == "eu-gdpr:A77" { None } else { self.address() },
            })),
            "dpv:hasAuthority": authority.map(|_| AUTHORITY),
        })
    }

    fn purpose(&self) -> Value {
        let key = &self.consent.purpose.0;
        let named = |row: &purpose::Model| {
            let translation = self.catalog.translation(self.locale(), &row.translations);
            json!({
                "@type": "dpv:Purpose",
                "dct:identifier": key,
                "dct:title": self.catalog.name_in(self.locale(), &row.name, &row.translations),
                "dct:description": translation.map_or(&row.description, |it| &it.description),
            })
        };
        let row = self.catalog.purposes.get(&self.consent.purpose);
        row.map_or_else(|| json!({ "@type": "dpv:Purpose", "dct:identifier": key }), |row| named(row))
    }

    /// Consent; explicit consent as well where the purpose rests on it for data of special categories (Art. 9(2)(a)).
    fn legal_basis(&self) -> Vec<&'static str> {
        let purpose = self.catalog.purposes.get(&self.consent.purpose);
        let condition = purpose.and_then(|purpose| purpose.special_category_condition);
        let is_explicit = condition == Some(SpecialCategoryCondition::ExplicitConsent)
            && self.categories().any(|row| row.sensitivity == Sensitivity::Special);
        if is_explicit { vec!["eu-gdpr:A6-1-a", "eu-gdpr:A9-2-a"] } else { vec!["eu-gdpr:A6-1-a"] }
    }

    fn categories(&self) -> impl Iterator<Item = &data_category::Model> {
        self.parts.categories.iter().filter_map(|key| self.catalog.categories.get(key)).map(AsRef::as_ref)
    }

    /// A kind of data, never a value of it.
    fn category(&self, row: &data_category::Model) -> Value {
        let kind: &[&str] = match row.sensitivity {
            Sensitivity::Ordinary => &["dpv:PersonalData"],
            Sensitivity::Confidential | Sensitivity::Criminal => {
                &["dpv:PersonalData", "dpv:SensitivePersonalData"]
            }
            Sensitivity::Special => {
                &["dpv:PersonalData", "dpv:SensitivePersonalData", "dpv:SpecialCategoryPersonalData"]
            }
        };
        json!({
            "@type": kind,
            "skos:notation": row.key.0,
            "dct:title": self.catalog.name_in(self.locale(), &row.name, &row.translations),
        })
    }

    /// Where it lies, how long, when it is removed after that, and what the law keeps for longer.
    fn storage(&self) -> Vec<Value> {
        let (mut countries, mut graces, mut rules) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let allowed = &self.parts.categories;
        for system in self.systems() {
            let place = self.catalog.systems.get(&system);
            countries.extend(place.map(|row| located(&row.country)));
            let (service, purpose) = (self.notice.service_id, &self.consent.purpose);
            let kept = Kept::of(self.catalog, service, system, purpose, |key| allowed.contains(key));
            graces.extend(kept.graces);
            rules.extend(kept.rules.iter().map(|rule| (&rule.keep_for, &rule.statute)));
        }
        if countries.is_empty() {
            countries.extend(self.third_party().map(|party| located(&party.country)));
        }
        let until = say!(
            self.locale(),
            "Tjänsten eller samtycket upphör",
            "The end of the service or of the consent"
        );
        let mut conditions = vec![
            json!({ "@type": "dpv:StorageLocation", "dpv:hasLocation": countries }),
            json!({ "@type": "dpv:StorageDuration", "dpv:hasDuration": until_event(until) }),
        ];
        let deletion = |grace| json!({ "@type": "dpv:StorageDeletion", "dpv:hasDuration": grace });
        conditions.extend(graces.into_iter().map(deletion));
        conditions.extend(rules.into_iter().map(|(length, statute)| {
            json!({ "@type": "dpv:StorageDuration", "dpv:hasDuration": length, "dct:description": statute })
        }));
        conditions
    }

    /// The third party's systems that the notice named for what was allowed.
    fn systems(&self) -> BTreeSet<SystemId> {
        let (consent, parts) = (self.consent, self.parts);
        let allowed = self.lines.iter().filter(|line| {
            line.third_party_id == consent.third_party_id
                && line.purpose == consent.purpose
                && parts.categories.contains(&line.category)
        });
        allowed.map(|line| line.system_id).collect()
    }

    /// A consent holds until it is withdrawn or no live service needs it; its end, until there is another consent.
    fn event(&self, event: &consent_event::Model) -> Value {
        let is_theirs = event.kind != ConsentEventKind::Lapsed;
        let status = match event.kind {
            ConsentEventKind::Granted => "dpv:ConsentGiven",
            ConsentEventKind::Withdrawn => "dpv:ConsentWithdrawn",
            ConsentEventKind::Lapsed => "dpv:ConsentExpired",
        };
        let until = match event.kind {
            ConsentEventKind::Granted => say!(
                self.locale(),
                "Samtycket tas tillbaka, eller ingen pågående tjänst behöver det längre",
                "The consent is withdrawn, or no live service needs it any more"
            ),
            ConsentEventKind::Withdrawn | ConsentEventKind::Lapsed => {
                say!(self.locale(), "Ett nytt samtycke ges", "Another consent is given")
            }
        };
        json!({
            "@type": [status, "dpv:ExpressedConsent"],
            "dpv:isIndicatedAtTime": written(event.occurred_at),
            "dpv:isIndicatedBy": if is_theirs { &self.ids.customer } else { CONTROLLER },
            "dpv:hasIndicationMethod": event.channel,
            "dpv:hasDuration": until_event(until),
        })
    }

    /// Where rights are exercised.
    fn address(&self) -> Option<String> {
        let controller = self.controller()?;
        let mail = controller.email.as_ref().map(|email| format!("mailto:{email}"));
        mail.or_else(|| controller.website.clone())
    }

    fn controller(&self) -> Option<&controller::Model> {
        self.catalog.controller.as_deref()
    }

    fn third_party(&self) -> Option<&entity::third_party::Model> {
        self.catalog.third_parties.get(&self.consent.third_party_id).map(AsRef::as_ref)
    }

    /// That of the notice which the consent rests on.
    const fn locale(&self) -> Locale {
        self.notice.locale
    }
}

/// What the names mean, and which fields refer to things rather than hold words.
fn context() -> Value {
    json!({
        "dpv": "https://w3id.org/dpv#",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
        "loc": "https://w3id.org/dpv/loc#",
        "dct": "http://purl.org/dc/terms/",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "schema": "https://schema.org/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "dct:conformsTo": { "@type": "@id" },
        "dct:publisher": { "@type": "@id" },
        "dpv:hasApplicableLaw": { "@type": "@id" },
        "dpv:hasAuthority": { "@type": "@id" },
        "dpv:hasDataController": { "@type": "@id" },
        "dpv:hasDataProcessor": { "@type": "@id" },
        "dpv:hasDataSubject": { "@type": "@id" },
        "dpv:hasJurisdiction": { "@type": "@id" },
        "dpv:hasLegalBasis": { "@type": "@id" },
        "dpv:hasLocation": { "@type": "@id" },
        "dpv:hasProcessing": { "@type": "@id" },
        "dpv:hasRecipient": { "@type": "@id" },
        "dpv:isExercisedAt": { "@type": "@id" },
        "dpv:isIndicatedBy": { "@type": "@id" },
        "schema:recipient": { "@type": "@id" },
    })
}

fn until_event(event: &str) -> Value {
    json!({ "@type": "dpv:UntilEventDuration", "rdf:value": event })
}

fn located(country: &str) -> String {
    format!("loc:{country}")
}

fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// ISO 639.
const fn language(locale: Locale) -> &'static str {
    say!(locale, "sv", "en")
}
