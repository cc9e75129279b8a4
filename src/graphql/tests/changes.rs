//! Every change of the reference data, done once, by a script that may do that and nothing else.

use super::{World, category, purpose};
use crate::{domain::testing::in_days, policy::Role};
use serde_json::{Value, json};

impl World {
    /// Makes a change and compares what of its payload `selection` asks for.
    async fn makes(&self, mutation: &str, input: Value, selection: &str, expected: Value) {
        let answer = self.change(Role::Service, mutation, &input, selection).await;
        let mut payload = answer["data"][mutation].clone();
        assert_eq!(payload["userErrors"], json!([]), "{mutation}: {answer}");
        payload.as_object_mut().unwrap().remove("userErrors");
        assert_eq!(payload, expected, "{mutation}");
    }
}

#[tokio::test]
async fn the_company_changes() {
    let world = World::new().await;
    let input = json!({
        "phone": null,
        "defaultGrace": "P14D",
        "dataProtectionOfficer": { "name": "Nils", "email": "nils@bolaget.example" },
    });
    world
        .makes(
            "updateController",
            input,
            "controller { name phone locale defaultGrace dataProtectionOfficer { name email phone } }",
            json!({ "controller": {
                "name": "Björk & Bit Webbyrå AB",
                "phone": null,
                "locale": "SV",
                "defaultGrace": "P14D",
                "dataProtectionOfficer": { "name": "Nils", "email": "nils@bolaget.example", "phone": null },
            } }),
        )
        .await;
}

#[tokio::test]
async fn categories_purposes_and_rules_come_change_and_go() {
    let world = World::new().await;
    let pigeon = || category("user.contact.pigeon");
    world
        .makes(
            "createDataCategory",
            json!({
                "key": "user.contact.pigeon",
                "name": "Brevduva",
                "translations": [{ "locale": "EN", "name": "Carrier pigeon" }],
            }),
            "dataCategory { version key name english: name(locale: EN) sensitivity parent { key } }",
            json!({ "dataCategory": {
                "version": 1,
                "key": "user.contact.pigeon",
                "name": "Brevduva",
                "english": "Carrier pigeon",
                "sensitivity": "ORDINARY",
                "parent": { "key": "user.contact" },
            } }),
        )
        .await;
    world
        .makes(
            "updateDataCategory",
            json!({ "dataCategoryId": pigeon(), "expectedVersion": 1, "sensitivity": "CONFIDENTIAL" }),
            "dataCategory { version sensitivity translations { name } }",
            json!({ "dataCategory": {
                "version": 2, "sensitivity": "CONFIDENTIAL", "translations": [{ "name": "Carrier pigeon" }],
            } }),
        )
        .await;
    world
        .makes(
            "retireDataCategory",
            json!({ "dataCategoryId": pigeon() }),
            "dataCategory { id version }",
            json!({ "dataCategory": { "id": pigeon(), "version": 3 } }),
        )
        .await;

    world
        .makes(
            "createPurpose",
            json!({ "key": "FOLLOW_UP", "name": "Uppföljning", "legalBasis": "CONTRACT" }),
            "purpose { version key legalBasis sharingNeedsConsent }",
            json!({ "purpose": {
                "version": 1, "key": "FOLLOW_UP", "legalBasis": "CONTRACT", "sharingNeedsConsent": true,
            } }),
        )
        .await;
    world
        .makes(
            "updatePurpose",
            json!({ "purposeId": purpose("FOLLOW_UP"), "specialCategoryCondition": "LEGAL_CLAIMS" }),
            "purpose { version specialCategoryCondition sharingNeedsConsent }",
            json!({ "purpose": {
                "version": 2, "specialCategoryCondition": "LEGAL_CLAIMS", "sharingNeedsConsent": true,
            } }),
        )
        .await;
    world
        .makes(
            "retirePurpose",
            json!({ "purposeId": purpose("FOLLOW_UP") }),
            "purpose { version }",
            json!({ "purpose": { "version": 3 } }),
        )
        .await;
    world
        .makes(
            "setRetentionRule",
            json!({
                "category": "user.social", "purpose": "ACCOUNTING", "keepFor": "P1Y",
                "countedFrom": "COLLECTED", "statute": "lagen 1 §",
            }),
            "retentionRule { category { key } purpose { key } keepFor countedFrom statute }",
            json!({ "retentionRule": {
                "category": { "key": "user.social" }, "purpose": { "key": "ACCOUNTING" }, "keepFor": "P1Y",
                "countedFrom": "COLLECTED", "statute": "lagen 1 §",
            } }),
        )
        .await;
}

#[tokio::test]
async fn services_and_systems_come_change_and_go() {
    let world = World::new().await;
    let service = world.service("live-chat").await;
    world
        .makes(
            "createService",
            json!({ "key": "parking", "name": "Parkering", "processedOnBehalf": ["Besökare"] }),
            "service { version key processedOnBehalf requirements { id } }",
            json!({ "service": {
                "version": 1, "key": "parking", "processedOnBehalf": ["Besökare"], "requirements": [],
            } }),
        )
        .await;
    world
        .makes(
            "updateService",
            json!({ "serviceId": service, "processedOnBehalf": null, "impactAssessmentReference": "KON-1" }),
            "service { name processedOnBehalf impactAssessmentReference }",
            json!({ "service": {
                "name": "Livechatt", "processedOnBehalf": [], "impactAssessmentReference": "KON-1",
            } }),
        )
        .await;
    let system = world.system("Kletsballon").await;
    let line = |category: &str, grace: Value| {
        json!({
            "category": category, "purpose": "CONTACT", "systemId": system, "onEnd": "ERASE",
            "grace": grace,
        })
    };
    world
        .makes(
            "setDataRequirements",
            json!({ "serviceId": service, "requirements": [line("user.name", json!("P7D")), line("user", json!(null))] }),
            "service { requirements { category { key } purpose { key } system { name } onEnd grace } }",
            json!({ "service": { "requirements": [
                {
                    "category": { "key": "user.name" }, "purpose": { "key": "CONTACT" },
                    "system": { "name": "Kletsballon" }, "onEnd": "ERASE", "grace": "P7D",
                },
                {
                    "category": { "key": "user" }, "purpose": { "key": "CONTACT" },
                    "system": { "name": "Kletsballon" }, "onEnd": "ERASE", "grace": "P30D",
                },
            ] } }),
        )
        .await;
    world
        .makes(
            "retireService",
            json!({ "serviceId": service }),
            "service { id }",
            json!({ "service": { "id": service } }),
        )
        .await;

    let party = world.third_party("Fjällripan Hosting AB").await;
    world
        .makes(
            "createSystem",
            json!({ "name": "Arkiv", "thirdPartyId": party, "country": "SE", "measures": ["Lås"] }),
            "system { version name thirdParty { name } measures }",
            json!({ "system": {
                "version": 1, "name": "Arkiv", "thirdParty": { "name": "Fjällripan Hosting AB" }, "measures": ["Lås"],
            } }),
        )
        .await;
    world
        .makes(
            "updateSystem",
            json!({ "systemId": system, "thirdPartyId": null, "country": "SE", "reviewDue": "2031-01-01" }),
            "system { name thirdParty { name } country reviewDue }",
            json!({ "system": {
                "name": "Kletsballon", "thirdParty": null, "country": "SE", "reviewDue": "2031-01-01",
            } }),
        )
        .await;
    world
        .makes(
            "retireSystem",
            json!({ "systemId": system }),
            "system { id }",
            json!({ "system": { "id": system } }),
        )
        .await;
}

#[tokio::test]
async fn third_parties_come_are_vetted_change_and_go() {
    let world = World::new().await;
    let above = world.third_party("Fjällripan Hosting AB").await;
    world
        .makes(
            "createThirdParty",
            json!({
                "name": "Postkontoret", "kind": "POSTAL", "role": "PROCESSOR", "country": "SE",
                "subProcessorOfId": above, "announcedOn": "2026-01-01",
            }),
            "thirdParty { status blockers subProcessorOf { name } announcedOn }",
            json!({ "thirdParty": {
                "status": "PROPOSED",
                "blockers": ["THIRD_PARTY_NOT_APPROVED", "NO_AGREEMENT"],
                "subProcessorOf": { "name": "Fjällripan Hosting AB" },
                "announcedOn": "2026-01-01",
            } }),
        )
        .await;
    let party = world.third_party("Tumbleweed Edge Inc.").await;
    world
        .makes(
            "updateThirdParty",
            json!({ "thirdPartyId": party, "country": "CA", "privacyContact": null }),
            "thirdParty { status country safeguard privacyContact blockers }",
            json!({ "thirdParty": {
                "status": "APPROVED", "country": "CA", "safeguard": null, "privacyContact": null,
                "blockers": ["NO_TRANSFER_SAFEGUARD"],
            } }),
        )
        .await;
    world
        .makes(
            "assessThirdParty",
            json!({
                "thirdPartyId": party, "status": "APPROVED", "grounds": "Beslut om adekvat skydd.",
                "safeguard": "ADEQUACY", "reviewDue": in_days(200).to_string(),
            }),
            "thirdParty { status safeguard blockers agreement { reference } }
             assessment { status grounds assessedBy thirdParty { country } }",
            json!({
                "thirdParty": {
                    "status": "APPROVED", "safeguard": "ADEQUACY", "blockers": [],
                    "agreement": { "reference": "PUB-2025-07" },
                },
                "assessment": {
                    "status": "APPROVED", "grounds": "Beslut om adekvat skydd.", "assessedBy": "Somebody",
                    "thirdParty": { "country": "CA" },
                },
            }),
        )
        .await;
    world
        .makes(
            "retireThirdParty",
            json!({ "thirdPartyId": party, "reason": "Tjänsten läggs ner." }),
            "thirdParty { status blockers }",
            json!({ "thirdParty": { "status": "RETIRED", "blockers": ["THIRD_PARTY_NOT_APPROVED"] } }),
        )
        .await;
}

#[tokio::test]
async fn what_one_mutation_changes_the_next_one_sees() {
    let world = World::new().await;
    let document = "mutation ($id: ID!) {
        first: updateService(input: { serviceId: $id, name: \"Nytt namn\" }) { service { name } }
        second: setDataRequirements(input: { serviceId: $id, requirements: [] }) {
            service { name requirements { id } }
        }
    }";
    let variables = json!({ "id": world.service("web-hosting").await });
    let answer = world.ask(Role::Compliance, "", document, variables).await;
    assert_eq!(
        answer["data"],
        json!({
            "first": { "service": { "name": "Nytt namn" } },
            "second": { "service": { "name": "Nytt namn", "requirements": [] } },
        }),
        "{answer}"
    );
}
