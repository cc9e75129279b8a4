//! Every change of the reference data, refused once: as data, with the field to blame.

use super::{World, category, id, purpose};
use crate::{
    domain::{
        audit::{AuditFilter, ListEvents},
        page::PageRequest,
    },
    policy::Role,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A mutation, its input, the object of its payload, and what is wrong.
type Case = (&'static str, Value, &'static str, &'static [(&'static str, &'static str)]);

fn of_descriptions() -> Vec<Case> {
    vec![
        (
            "updateController",
            json!({ "name": null, "representative": { "name": "", "email": "x" } }),
            "controller { name }",
            &[
                ("REQUIRED", "name"),
                ("REQUIRED", "representative.name"),
                ("INVALID_FORMAT", "representative.email"),
            ],
        ),
        (
            "createDataCategory",
            json!({ "key": "user.name", "name": "N", "translations": [{ "locale": "EN", "name": "" }] }),
            "dataCategory { key }",
            &[("ALREADY_EXISTS", "key"), ("REQUIRED", "translations.0.name")],
        ),
        (
            "updateDataCategory",
            json!({ "dataCategoryId": category("user.name"), "expectedVersion": 0 }),
            "dataCategory { key }",
            &[("VERSION_CONFLICT", "expectedVersion")],
        ),
        (
            "retireDataCategory",
            json!({ "dataCategoryId": category("user.name") }),
            "dataCategory { key }",
            &[("IN_USE", "dataCategoryId")],
        ),
        (
            "createPurpose",
            json!({ "key": "REACH", "name": "Nå", "legalBasis": "LEGITIMATE_INTERESTS" }),
            "purpose { key }",
            &[("REQUIRED", "legitimateInterest")],
        ),
        (
            "updatePurpose",
            json!({ "purposeId": purpose("CONTACT"), "sharingNeedsConsent": null }),
            "purpose { key }",
            &[("REQUIRED", "sharingNeedsConsent")],
        ),
        (
            "retirePurpose",
            json!({ "purposeId": purpose("SELF") }),
            "purpose { key }",
            &[("IN_USE", "purposeId")],
        ),
    ]
}

async fn of_services_and_rules(world: &World) -> Vec<Case> {
    let service = world.service("web-hosting").await;
    let built_in = world.system("Kartotek").await;
    vec![
        (
            "createService",
            json!({ "key": "web-hosting", "name": "Webbhotell" }),
            "service { key }",
            &[("ALREADY_EXISTS", "key")],
        ),
        (
            "updateService",
            json!({ "serviceId": built_in, "name": "Kartotek" }),
            "service { key }",
            &[("NOT_FOUND", "serviceId")],
        ),
        ("retireService", json!({ "serviceId": "?" }), "service { key }", &[("NOT_FOUND", "serviceId")]),
        (
            "setDataRequirements",
            json!({ "serviceId": service, "requirements": [
                { "category": "user.name", "purpose": "CONTACT", "systemId": built_in, "onEnd": "ERASE" },
                { "category": "user.nose", "purpose": "NONE", "systemId": service, "onEnd": "ERASE", "grace": "P101Y" },
            ] }),
            "service { key }",
            &[
                ("NOT_FOUND", "requirements.1.category"),
                ("NOT_FOUND", "requirements.1.purpose"),
                ("NOT_FOUND", "requirements.1.systemId"),
                ("INVALID_FORMAT", "requirements.1.grace"),
            ],
        ),
        (
            "setRetentionRule",
            json!({
                "category": "user.name", "purpose": "NONE", "keepFor": "P101Y",
                "countedFrom": "COLLECTED", "statute": "lagen",
            }),
            "retentionRule { statute }",
            &[("NOT_FOUND", "purpose"), ("INVALID_FORMAT", "keepFor")],
        ),
    ]
}

async fn of_places(world: &World) -> Vec<Case> {
    let service = world.service("web-hosting").await;
    let built_in = world.system("Kartotek").await;
    let above = world.third_party("Fjällripan Hosting AB").await;
    let below = world.third_party("Brevduvan Utskick AB").await;
    let proposed = world.third_party("Norrskensmolnet AB").await;
    vec![
        (
            "createSystem",
            json!({ "name": "Kartotek", "thirdPartyId": service, "country": "Sverige" }),
            "system { name }",
            &[("ALREADY_EXISTS", "name"), ("NOT_FOUND", "thirdPartyId"), ("INVALID_FORMAT", "country")],
        ),
        (
            "updateSystem",
            json!({ "systemId": built_in, "name": "Driftloggar" }),
            "system { name }",
            &[("ALREADY_EXISTS", "name")],
        ),
        ("retireSystem", json!({ "systemId": built_in }), "system { name }", &[("IN_USE", "systemId")]),
        (
            "createThirdParty",
            json!({ "name": "Post", "kind": "postal", "role": "PROCESSOR", "country": "SE", "privacyContact": "x" }),
            "thirdParty { name }",
            &[("INVALID_FORMAT", "kind"), ("INVALID_FORMAT", "privacyContact")],
        ),
        (
            "updateThirdParty",
            json!({ "thirdPartyId": above, "subProcessorOfId": below }),
            "thirdParty { name }",
            &[("CYCLE", "subProcessorOfId")],
        ),
        (
            "assessThirdParty",
            json!({ "thirdPartyId": proposed, "status": "SUSPENDED", "grounds": "Oklart." }),
            "thirdParty { name } assessment { grounds }",
            &[("INVALID_TRANSITION", "status")],
        ),
        (
            "retireThirdParty",
            json!({ "thirdPartyId": above, "reason": " " }),
            "thirdParty { name }",
            &[("REQUIRED", "reason")],
        ),
    ]
}

#[tokio::test]
async fn a_refusal_is_data_and_only_those_who_keep_the_reference_data_get_so_far() {
    let world = World::new().await;
    let described = descriptions(&world).await;
    let before = world.ground.catalog().await.version;
    let cases = [of_descriptions(), of_services_and_rules(&world).await, of_places(&world).await].concat();
    for (mutation, input, selection, expected) in cases {
        let answer = world.change(Role::Compliance, mutation, &input, selection).await;
        let payload = answer["data"][mutation].as_object().unwrap_or_else(|| panic!("{mutation}: {answer}"));
        let objects = payload.iter().filter(|(field, _)| *field != "userErrors");
        assert!(
            objects.clone().count() > 0 && objects.clone().all(|(_, object)| object.is_null()),
            "{answer}"
        );
        let errors = payload["userErrors"].as_array().unwrap();
        let found = errors.iter().map(|error| (text(&error["code"]), path(&error["field"])));
        let expected = expected.iter().map(|(code, path)| ((*code).to_owned(), (*path).to_owned()));
        assert_eq!(found.collect::<Vec<_>>(), expected.clone().collect::<Vec<_>>(), "{mutation}");
        let anywhere = ["REQUIRED", "INVALID_FORMAT", "OUT_OF_RANGE", "TOO_LONG", "NOT_FOUND"];
        for (code, _) in expected.filter(|(code, _)| !anywhere.contains(&code.as_str())) {
            assert!(
                described[mutation].contains(&code),
                "{mutation} does not say that it refuses with {code}"
            );
        }

        for role in [Role::Agent, Role::Auditor, Role::Customer, Role::Admin] {
            let may = role == Role::Admin && !described[mutation].ends_with("Requires: COMPLIANCE.");
            let answer = world.change(role, mutation, &input, selection).await;
            let code = &answer["errors"][0]["extensions"]["code"];
            assert_eq!(*code, if may { Value::Null } else { json!("FORBIDDEN") }, "{mutation} by {role:?}");
        }
    }
    assert_eq!(world.ground.catalog().await.version, before);
}

/// What each mutation says of itself.
async fn descriptions(world: &World) -> BTreeMap<String, String> {
    let document = "{ __schema { mutationType { fields { name description } } } }";
    let answer = world.ask(Role::Admin, "", document, json!({})).await;
    let fields = answer["data"]["__schema"]["mutationType"]["fields"].as_array().unwrap();
    fields.iter().map(|field| (text(&field["name"]), text(&field["description"]))).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn path(field: &Value) -> String {
    field.as_array().unwrap().iter().map(text).collect::<Vec<_>>().join(".")
}

#[tokio::test]
async fn text_that_is_no_key_does_not_get_into_the_log() {
    let world = World::new().await;
    let personal = "19900101-1234";
    for (mutation, input, selection) in [
        ("retireDataCategory", json!({ "dataCategoryId": category(personal) }), "dataCategory { key }"),
        ("updatePurpose", json!({ "purposeId": purpose(personal) }), "purpose { key }"),
        (
            "retirePurpose",
            json!({ "purposeId": id(world.ground.service("backup").await) }),
            "purpose { key }",
        ),
    ] {
        for role in [Role::Admin, Role::Agent] {
            let answer = world.change(role, mutation, &input, selection).await;
            let refused = &answer["data"][mutation]["userErrors"][0]["code"];
            assert_eq!(*refused, if role == Role::Admin { json!("NOT_FOUND") } else { Value::Null });
        }
    }
    let page = PageRequest { limit: 6, backward: false, after: None, before: None, count: false };
    let events = ListEvents { filter: AuditFilter::default(), page };
    let events = world.ground.door().program("test", "test").read(events).await.unwrap();
    let targets = events.entries.iter().map(|(_, event)| event.withheld.target.clone());
    assert_eq!(targets.collect::<Vec<_>>(), vec![Some(String::new()); 6]);
}
