//! Receipts for consents of the example company's customers.

use super::{Ids, Receipt};
use crate::domain::{
    consent::ConsentParts,
    gate::{RulesOf, proposed},
    notice::said,
    testing::Ground,
};
use entity::{
    consent, consent_event,
    enums::{Channel, ConsentEventKind, Locale, SpecialCategoryCondition, ThirdPartyRole},
    ids::{ConsentEventId, ConsentId, CustomerId, NoticeId, SystemId, ThirdPartyId},
    json::{Said, SaidStatute},
    notice,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// All that the standard asks for, at the places where the guide's names put it.
const MANDATORY: [&str; 31] = [
    "/@context",
    "/dct:conformsTo",
    "/dct:identifier",
    "/dct:created",
    "/record/dct:conformsTo",
    "/record/dct:identifier",
    "/record/dpv:hasDataSubject",
    "/record/dpv:hasNotice/dct:identifier",
    "/record/dpv:hasNotice/schema:sha256",
    "/record/dct:language",
    "/process/dpv:hasPurpose/dct:title",
    "/process/dpv:hasLegalBasis/0",
    "/process/dpv:hasPersonalData/0/@type",
    "/process/dpv:hasPersonalData/0/skos:notation",
    "/process/dpv:hasDataController/0",
    "/process/dpv:hasStorageCondition/0/dpv:hasLocation/0",
    "/process/dpv:hasStorageCondition/1/dpv:hasDuration",
    "/process/dpv:hasStorageCondition/2/dpv:hasDuration",
    "/process/dpv:hasJurisdiction",
    "/process/dpv:hasRecipient/0",
    "/process/dpv:hasConsentControl/dct:description",
    "/process/dpv:hasConsentControl/dpv:isExercisedAt",
    "/process/dpv:hasRight/0/dct:title",
    "/process/dpv:hasAuthority",
    "/event/@type/0",
    "/event/@type/1",
    "/event/dpv:isIndicatedAtTime",
    "/event/dpv:isIndicatedBy",
    "/event/dpv:hasDuration/rdf:value",
    "/event/dpv:hasIndicationMethod",
    "/party/@id",
];

/// A consent to what one service of the example company gives to one third party.
struct Case {
    consent: consent::Model,
    parts: ConsentParts,
    notice: notice::Model,
}

impl Case {
    async fn new(service: &str, locale: Locale) -> Self {
        let ground = Ground::demo().await;
        let catalog = ground.catalog().await;
        let rules = RulesOf { catalog: &catalog, today: "2026-03-31".parse().unwrap() };
        let service = catalog.service_by_key(service).unwrap();
        let wished = proposed(&catalog, service.id);
        let one = &wished[0];
        let (at, customer_id) = ("2026-03-31T12:00:00Z".parse().unwrap(), CustomerId(Uuid::from_u128(7)));
        let notice = notice::Model {
            id: NoticeId(Uuid::from_u128(1)),
            customer_id,
            service_id: service.id,
            locale,
            text: "Told.".to_owned(),
            sha256: vec![0xab; 32],
            tilt: json!({}),
            said: said(&rules, service, &wished, locale),
            channel: Channel::Phone,
            delivered_at: at,
            delivered_by: "Nora Teller".to_owned(),
        };
        let consent = consent::Model {
            id: ConsentId(Uuid::from_u128(2)),
            customer_id,
            third_party_id: one.third_party,
            purpose: one.purpose.clone(),
            notice_id: notice.id,
            granted_at: at,
            ended_at: None,
            ended_as: None,
        };
        let parts = ConsentParts { categories: one.categories.iter().cloned().collect(), events: Vec::new() };
        let mut case = Self { consent, parts, notice };
        case.happens(ConsentEventKind::Granted);
        case
    }

    fn happens(&mut self, kind: ConsentEventKind) {
        let number = self.parts.events.len();
        self.parts.events.push(consent_event::Model {
            id: ConsentEventId(Uuid::from_u128(3)),
            consent_id: self.consent.id,
            customer_id: self.consent.customer_id,
            kind,
            occurred_at: self.consent.granted_at + chrono::TimeDelta::days(i64::try_from(number).unwrap()),
            channel: Channel::Letter,
            evidence: Some("letter of Nils Secret".to_owned()),
            recorded_by: "Nora Teller".to_owned(),
        });
    }

    fn receipt(&self) -> Value {
        let ids = Ids {
            consent: "c-1".to_owned(),
            customer: "k-1".to_owned(),
            notice: "n-1".to_owned(),
            third_party: "t-1".to_owned(),
        };
        let Self { consent, parts, notice } = self;
        Receipt { consent, parts, notice, ids }.document()
    }

    /// The receipt with what it is asked about within reach.
    fn opened(&self) -> Value {
        let mut receipt = self.receipt();
        let record = receipt["dpv:hasRecordOfActivity"].clone();
        receipt["process"] = record["dpv:hasProcess"][0].clone();
        receipt["event"] = record["dpv:hasConsentStatus"][0].clone();
        receipt["party"] = record["dpv:hasEntity"][0].clone();
        receipt["record"] = record;
        receipt
    }

    const fn said(&mut self) -> &mut Said {
        &mut self.notice.said
    }
}

#[tokio::test]
async fn all_that_the_standard_asks_for_is_there() {
    let case = Case::new("web-hosting", Locale::Sv).await;
    let receipt = case.opened();
    for path in MANDATORY {
        assert!(receipt.pointer(path).is_some_and(|value| !value.is_null()), "{path}: {receipt:#}");
    }
    // Of everybody but the customer, who is an id.
    for party in receipt["record"]["dpv:hasEntity"].as_array().unwrap() {
        let is_customer = party["@id"] == "k-1";
        for name in ["dpv:hasName", "schema:address", "schema:contactPoint"] {
            assert_eq!(party.get(name).is_some(), !is_customer, "{name}: {party:#}");
        }
        assert!(party["@type"].is_array() && party["dpv:hasIdentifier"].is_string());
    }
    assert_eq!(receipt["record"]["dpv:hasEntity"].as_array().unwrap().len(), 4);
    let text = receipt.to_string();
    for private in ["Nora Teller", "Nils Secret"] {
        assert!(!text.contains(private), "{text}");
    }
}

#[tokio::test]
async fn it_is_written_in_the_language_of_the_notice() {
    let swedish = Case::new("web-hosting", Locale::Sv).await.opened();
    let english = Case::new("web-hosting", Locale::En).await.opened();
    let right = |receipt: &Value| receipt["process"]["dpv:hasRight"][0]["dct:title"].clone();
    assert_eq!(right(&swedish), "Rätt att ta tillbaka samtycket");
    assert_eq!(right(&english), "Right to withdraw consent");
    assert_eq!(english["record"]["dct:language"], "en");
    assert_ne!(swedish["process"]["dpv:hasPurpose"], english["process"]["dpv:hasPurpose"]);
}

/// Each state of a consent has a receipt of its own, and the same state always the same.
#[tokio::test]
async fn its_history_is_told_oldest_first() {
    let mut case = Case::new("web-hosting", Locale::En).await;
    let given = case.receipt();
    assert_eq!(given, case.receipt());
    case.happens(ConsentEventKind::Lapsed);
    let lapsed = case.receipt();
    assert_ne!(given["dct:identifier"], lapsed["dct:identifier"]);
    assert_eq!(lapsed["dct:created"], "2026-04-01T12:00:00.000000Z");
    let status = &lapsed["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"];
    let told = status.as_array().unwrap().iter().map(|event| {
        json!([event["@type"][0], event["dpv:isIndicatedBy"], event["dpv:hasDuration"]["rdf:value"]])
    });
    let expected = [
        json!(["dpv:ConsentGiven", "k-1", "The consent is withdrawn, or no live service needs it any more"]),
        json!(["dpv:ConsentExpired", "#controller", "Another consent is given"]),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_company_without_officer_or_authority_answers_itself() {
    let mut case = Case::new("web-hosting", Locale::En).await;
    let controller = case.said().controller.as_mut().unwrap();
    (controller.data_protection_officer, controller.supervisory_authority) = (None, None);
    (controller.email, controller.website) = (None, None);
    controller.registration_number = None;
    case.said().shares[0].third_party.privacy_contact = None;
    let receipt = case.opened();
    let parties = receipt["record"]["dpv:hasEntity"].as_array().unwrap();
    assert_eq!(parties.len(), 3);
    assert_eq!(parties[0]["dpv:hasIdentifier"], "#controller");
    assert_eq!(parties[0]["schema:contactPoint"]["schema:name"], parties[0]["dpv:hasName"]);
    assert_eq!(parties[1]["schema:contactPoint"], parties[0]["schema:contactPoint"]);
    assert_eq!(receipt["process"].get("dpv:hasAuthority"), None);
    assert_eq!(receipt["process"]["dpv:hasConsentControl"].get("dpv:isExercisedAt"), None);
    case.said().controller = None;
    assert_eq!(case.opened()["record"]["dpv:hasEntity"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_recipient_is_what_it_is_wherever_it_is() {
    let mut case = Case::new("web-hosting", Locale::En).await;
    case.said().shares[0].third_party.country = "US".to_owned();
    for (role, kind, controllers) in [
        (ThirdPartyRole::Processor, "dpv:DataProcessor", json!(["#controller"])),
        (ThirdPartyRole::JointController, "dpv:JointDataControllers", json!(["#controller", "t-1"])),
        (ThirdPartyRole::Controller, "dpv:ThirdParty", json!(["#controller"])),
    ] {
        case.said().shares[0].third_party.role = role;
        let receipt = case.opened();
        let parties = &receipt["record"]["dpv:hasEntity"];
        assert_eq!(parties[0]["@type"], json!(["dpv:DataController", "dpv:DataExporter"]));
        assert_eq!(parties[1]["@type"], json!(["dpv:Recipient", kind, "dpv:DataImporter"]));
        assert_eq!(receipt["process"]["dpv:hasDataController"], controllers);
    }
}

/// It tells of the places where what was allowed lies, and of nothing else that the notice said.
#[tokio::test]
async fn it_tells_only_of_what_was_allowed() {
    let mut case = Case::new("web-hosting", Locale::En).await;
    let (first, allowed) = (case.said().shares[0].clone(), case.parts.categories[0].clone());
    case.parts.categories.truncate(1);
    for (number, country) in (1..).zip(["FI", "DE", "US", "GB"]) {
        let mut share = first.clone();
        (share.system, share.system_country) = (SystemId(Uuid::from_u128(number)), country.to_owned());
        match country {
            "DE" => share.categories.retain(|it| it.key != allowed),
            "US" => share.third_party.id = ThirdPartyId(Uuid::from_u128(number)),
            "GB" => share.purpose.key.0.push_str("_MORE"),
            _ => {}
        }
        for category in &mut share.categories {
            category.graces = vec![format!("P{number}D")];
            let statute = SaidStatute { keep_for: format!("P{number}Y"), statute: format!("{country} 1:1") };
            category.statutes = vec![statute];
        }
        case.said().shares.push(share);
    }
    let process = case.opened()["process"].clone();
    let stored = process["dpv:hasStorageCondition"].as_array().unwrap();
    assert_eq!(stored[0]["dpv:hasLocation"], json!(["loc:FI", "loc:SE"]));
    let told = stored[2..].iter().map(|it| (&it["dpv:hasDuration"], it.get("dct:description")));
    let (at_once, later, by_law) = (json!("P1D"), json!("P30D"), json!("P1Y"));
    let statute = json!("FI 1:1");
    assert_eq!(told.collect::<Vec<_>>(), [(&at_once, None), (&later, None), (&by_law, Some(&statute))]);
    assert_eq!(process["dpv:hasPersonalData"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn special_categories_are_marked_and_rest_on_explicit_consent() {
    use entity::enums::Sensitivity::{Confidential, Special};
    let mut case = Case::new("web-hosting", Locale::En).await;
    let mut seen = Vec::new();
    let key = case.parts.categories[0].clone();
    for sensitivity in [Confidential, Special] {
        let share = &mut case.said().shares[0];
        share.categories.iter_mut().find(|it| it.key == key).unwrap().sensitivity = sensitivity;
        share.purpose.special_category_condition = Some(SpecialCategoryCondition::ExplicitConsent);
        let process = case.opened()["process"].clone();
        let kinds = process["dpv:hasPersonalData"][0]["@type"].as_array().unwrap().len();
        seen.push((kinds, process["dpv:hasLegalBasis"].clone()));
    }
    let explicit = json!(["eu-gdpr:A6-1-a", "eu-gdpr:A9-2-a"]);
    assert_eq!(seen, [(2, json!(["eu-gdpr:A6-1-a"])), (3, explicit)]);
}
