//! What a customer has in hand of a consent: ISO/IEC TS 27560:2023, with the names that the W3C guide "Consent Records
//! and Receipts as per ISO/IEC TS 27560:2023 using DPV" gives its fields. Pure.
//!
//! All that it says of others than the customer is what the notice said that the consent rests on: it never says what
//! nobody was told, and is the same document until the consent has another event.
//!
//! It says whose consent it is by their id alone. What somebody wrote or who recorded it (a call's reference, a name)
//! is not the receipt's to tell: it may be passed on.

use super::{
    super::ConsentParts,
    parties::{AUTHORITY, CONTROLLER, Parties},
};
use crate::domain::{
    canonical::{sha256, without_nulls},
    notice::say,
};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::{
    consent, consent_event,
    enums::{ConsentEventKind, Locale, Sensitivity, SpecialCategoryCondition, ThirdPartyRole},
    ids::CategoryKey,
    json::{SaidCategory, SaidController, SaidShare, SaidThirdParty},
    notice,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

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
    pub consent: &'a consent::Model,
    pub parts: &'a ConsentParts,
    /// That which the consent rests on.
    pub notice: &'a notice::Model,
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
        let id = hex::encode(sha256(&receipt(None)));
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
                "schema:sha256": hex::encode(&self.notice.sha256),
            },
            "dct:language": language(self.locale()),
            "dpv:hasProcess": [self.process()],
            "dpv:hasEntity": parties.all(),
            "dpv:hasConsentStatus": self.parts.events.iter().map(|event| self.event(event)).collect::<Vec<_>>(),
        })
    }

    fn process(&self) -> Value {
        let (locale, service) = (self.locale(), &self.notice.said.service);
        let country = self.controller().map(|controller| located(&controller.country));
        let role = self.third_party().map(|party| party.role);
        let if_it_is = |wanted| (role == Some(wanted)).then_some(&self.ids.third_party);
        let mut controllers = vec![CONTROLLER];
        controllers.extend(if_it_is(ThirdPartyRole::JointController).map(String::as_str));
        let authority = self.controller().and_then(|controller| controller.supervisory_authority.as_ref());
        json!({
            "@type": "dpv:Process",
            "dpv:hasService": {
                "@type": "dpv:Service",
                "dct:identifier": service.key,
                "dct:title": service.name,
            },
            "dpv:hasPurpose": self.purpose(),
            "dpv:hasLegalBasis": self.legal_basis(),
            "dpv:hasPersonalData": self.personal_data(),
            "dpv:hasProcessing": ["dpv:Share", "dpv:Store"],
            "dpv:hasDataController": controllers,
            "dpv:hasDataProcessor": if_it_is(ThirdPartyRole::Processor),
            "dpv:hasRecipient": [self.ids.third_party],
            "dpv:hasStorageCondition": self.storage(),
            "dpv:hasJurisdiction": country,
            "dpv:hasApplicableLaw": "eu-gdpr:GDPR",
            "dpv:hasConsentControl": {
                "@type": "dpv:WithdrawConsent",
                "dct:description": self.notice.said.withdrawal,
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
        let said = self.shares().next().map(|share| &share.purpose);
        json!({
            "@type": "dpv:Purpose",
            "dct:identifier": self.consent.purpose.0,
            "dct:title": said.map(|purpose| &purpose.name),
            "dct:description": said.and_then(|purpose| purpose.description.as_ref()),
        })
    }

    /// Consent; explicit consent as well where the purpose rests on it for data of special categories (Art. 9(2)(a)).
    fn legal_basis(&self) -> Vec<&'static str> {
        let said = self.shares().next();
        let condition = said.and_then(|share| share.purpose.special_category_condition);
        let is_explicit = condition == Some(SpecialCategoryCondition::ExplicitConsent)
            && self.categories().any(|row| row.sensitivity == Sensitivity::Special);
        if is_explicit { vec!["eu-gdpr:A6-1-a", "eu-gdpr:A9-2-a"] } else { vec!["eu-gdpr:A6-1-a"] }
    }

    /// What was allowed, as the notice called it, each once.
    fn categories(&self) -> impl Iterator<Item = &SaidCategory> {
        let said =
            |key: &CategoryKey| self.shares().flat_map(|share| &share.categories).find(|it| it.key == *key);
        self.parts.categories.iter().filter_map(said)
    }

    /// What was allowed. A notice that is known as a text alone does not say what it is called.
    fn personal_data(&self) -> Vec<Value> {
        let said = self.categories().map(|said| (&said.key, said)).collect::<BTreeMap<_, _>>();
        let one = |key: &CategoryKey| {
            said.get(key).map_or_else(
                || json!({ "@type": ["dpv:PersonalData"], "skos:notation": key.0 }),
                |said| category(said),
            )
        };
        self.parts.categories.iter().map(one).collect()
    }

    /// Where it lies, how long, when it is removed after that, and what the law keeps for longer.
    fn storage(&self) -> Vec<Value> {
        let (mut countries, mut graces, mut statutes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for share in self.shares() {
            for kept in share.categories.iter().filter(|it| self.parts.categories.contains(&it.key)) {
                countries.insert(located(&share.system_country));
                graces.extend(&kept.graces);
                statutes.extend(&kept.statutes);
            }
        }
        let until = say!(
            self.locale(),
            "Tjänsten eller samtycket upphör",
            "The end of the service or of the consent"
        );
        let mut conditions = Vec::new();
        if !countries.is_empty() {
            conditions.push(json!({ "@type": "dpv:StorageLocation", "dpv:hasLocation": countries }));
        }
        conditions.push(json!({ "@type": "dpv:StorageDuration", "dpv:hasDuration": until_event(until) }));
        let deletion = |grace| json!({ "@type": "dpv:StorageDeletion", "dpv:hasDuration": grace });
        conditions.extend(graces.into_iter().map(deletion));
        conditions.extend(statutes.into_iter().map(|it| {
            json!({ "@type": "dpv:StorageDuration", "dpv:hasDuration": it.keep_for, "dct:description": it.statute })
        }));
        conditions
    }

    /// What the notice said goes to this third party for this purpose.
    fn shares(&self) -> impl Iterator<Item = &SaidShare> {
        let consent = self.consent;
        let asked = move |share: &&SaidShare| {
            share.third_party.id == consent.third_party_id && share.purpose.key == consent.purpose
        };
        self.notice.said.shares.iter().filter(asked)
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

    fn controller(&self) -> Option<&SaidController> {
        self.notice.said.controller.as_deref()
    }

    fn third_party(&self) -> Option<&SaidThirdParty> {
        self.shares().next().map(|share| &share.third_party)
    }

    /// That of the notice which the consent rests on.
    const fn locale(&self) -> Locale {
        self.notice.locale
    }
}

/// A kind of data, never a value of it.
fn category(said: &SaidCategory) -> Value {
    let kind: &[&str] = match said.sensitivity {
        Sensitivity::Ordinary => &["dpv:PersonalData"],
        Sensitivity::Confidential | Sensitivity::Criminal => {
            &["dpv:PersonalData", "dpv:SensitivePersonalData"]
        }
        Sensitivity::Special => {
            &["dpv:PersonalData", "dpv:SensitivePersonalData", "dpv:SpecialCategoryPersonalData"]
        }
    };
    json!({ "@type": kind, "skos:notation": said.key.0, "dct:title": said.name })
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
