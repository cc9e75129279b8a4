use super::support::{export, import, letterbox, without};
use crate::{
    access::{Code, Stop},
    domain::{
        catalog_document::{ImportCatalog, Powers},
        testing::{Customer, Ground},
    },
    policy::Action,
};
use serde_json::json;

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once_and_nothing_changes() {
    let ground = Ground::seeded().await;
    let document = json!({
        "controller": { "country": "Sverige", "name": null },
        "dataCategories": [{ "key": "ny", "name": "Ny" }, { "key": "ny.Fel", "name": "Fel" }, { "name": "Utan nyckel" }],
        "purposes": [{ "key": "CONTACT", "legalBasis": "CONSENT" }, { "key": "NY", "name": "Ny" }],
        "thirdParties": [
            { "name": "A AB", "kind": "small", "role": "PROCESSOR", "country": "SE", "subProcessorOf": "Ingen AB" },
            { "name": "B AB", "kind": "POST", "role": "PROCESSOR", "country": "SE",
              "assessments": [{ "status": "APPROVED", "grounds": "Bra." }] },
        ],
        "systems": [
            { "name": "Ett", "thirdParty": "A AB", "country": "SE" },
            { "name": "Två", "thirdParty": "Okänd AB", "country": "SE" },
            { "name": "Tre" },
            { "name": "Tre", "country": "SE" },
        ],
        "services": [{ "key": "hosting", "name": "Webb", "requirements": [
            { "category": "user.name", "purpose": "CONTACT", "system": "Kartotek", "onEnd": "ERASE", "grace": "en månad" },
            { "category": "user.nomen", "purpose": "CONTACT", "system": "Kartotek", "onEnd": "ERASE" },
        ] }, { "key": "other", "name": "Annat", "requirements": [
            { "category": "user.name", "purpose": "NY", "system": "Kartotek" },
            { "category": "user.name", "purpose": "CONTACT", "system": "Nirgends", "onEnd": "ERASE" },
        ] }],
        "requirements": [{ "service": "missing", "category": "user.name", "purpose": "CONTACT", "system": "Kartotek" }],
    });
    ground
        .refuses(
            import(&document),
            &[
                (Code::InvalidFormat, "document.controller.country"),
                (Code::Required, "document.controller.name"),
                (Code::Required, "document.dataCategories.2.key"),
                (Code::InvalidFormat, "document.dataCategories.ny.Fel.key"),
                (Code::InvalidTransition, "document.purposes.CONTACT.legalBasis"),
                (Code::Required, "document.purposes.NY.legalBasis"),
                (Code::NotFound, "document.thirdParties.A AB.subProcessorOf"),
                (Code::AssessmentIncomplete, "document.thirdParties.B AB.assessments.0.agreementReference"),
                (Code::AssessmentIncomplete, "document.thirdParties.B AB.assessments.0.agreementSignedOn"),
                (Code::AssessmentIncomplete, "document.thirdParties.B AB.assessments.0.reviewDue"),
                (Code::AssessmentIncomplete, "document.thirdParties.B AB.assessments.0.measures"),
                (Code::NotFound, "document.systems.Två.thirdParty"),
                (Code::Required, "document.systems.Tre.country"),
                (Code::AlreadyExists, "document.systems.Tre.name"),
                (Code::InvalidFormat, "document.services.hosting.requirements.0.grace"),
                (Code::NotFound, "document.services.hosting.requirements.1.category"),
                (Code::NotFound, "document.services.other.requirements.1.system"),
                (Code::NotFound, "document.requirements.0.service"),
            ],
        )
        .await;
}

#[tokio::test]
async fn what_is_no_document_is_told_where_it_is_not_and_without_its_values() {
    let ground = Ground::seeded().await;
    for (document, path, message) in [
        (json!([]), "document", "give an object"),
        (json!({ "sytems": [] }), "document.sytems", "There is no field `sytems`: it is one of `controller`"),
        (
            json!({ "systems": [{ "name": "A", "contry": "SE" }] }),
            "document.systems.0.contry",
            "There is no field `contry`",
        ),
        (json!({ "systems": [{ "name": 7 }] }), "document.systems.0.name", "give a string."),
        (json!({ "controller": { "locale": "070-12" } }), "document.controller.locale", "give `SV` or `EN`."),
        (
            json!({ "controller": { "fiscalYearEndMonth": "070-12" } }),
            "document.controller.fiscalYearEndMonth",
            "give i32.",
        ),
    ] {
        let Err(Stop::Refused(refusals)) = ground.attempt(import(&document)).await else {
            panic!("{document}")
        };
        let [refusal] = &refusals[..] else { panic!("{refusals:?}") };
        assert_eq!((refusal.code, refusal.field.join(".").as_str()), (Code::InvalidFormat, path));
        assert!(refusal.message.contains(message) && !refusal.message.contains("070"), "{refusal:?}");
    }
}

#[tokio::test]
async fn nothing_is_imported_that_people_s_data_would_be_disposed_of_by() {
    let ground = Ground::seeded().await;
    ground.run(import(&letterbox())).await;
    let (service, system) = (ground.service("letterbox").await, ground.system("Postrum").await);
    ground.run(Customer { service: Some(service), data: vec![("user.post.letter".into(), system)] }).await;
    let nothing = json!({ "services": [{ "key": "letterbox", "requirements": [] }] });
    ground.refuses(import(&nothing), &[(Code::Required, "document.services.letterbox")]).await;
    let Err(Stop::Refused(refusals)) = ground.attempt(import(&nothing)).await else { panic!() };
    assert_eq!(
        refusals[0].message,
        "Data would lose its last reason and be disposed of (locations: 1, customers: 1). An import disposes of nothing: \
         make this change by its own mutation, where the plan is seen first."
    );
    // What holds data cannot be moved or retired either.
    let moved = json!({ "systems": [{ "name": "Postrum", "country": "NO" }] });
    ground.refuses(import(&moved), &[(Code::InUse, "document.systems.Postrum.country")]).await;
    let retired = json!({ "systems": [{ "name": "Postrum", "retired": true }], "services": [{ "key": "letterbox", "retired": true }] });
    ground
        .refuses(
            import(&retired),
            &[(Code::InUse, "document.services.letterbox"), (Code::InUse, "document.systems.Postrum.system")],
        )
        .await;
}

#[tokio::test]
async fn what_was_shown_is_done_or_nothing() {
    let ground = Ground::seeded().await;
    let shown = ground.run(ImportCatalog { dry_run: true, ..import(&letterbox()) }).await;
    ground.run(import(&json!({ "systems": [{ "name": "Postrum", "country": "SE" }] }))).await;
    let expected_hash = Some(shown.hash);
    let before = export(&ground).await;
    ground
        .refuses(
            ImportCatalog { expected_hash, ..import(&letterbox()) },
            &[(Code::PlanChanged, "document.expectedHash")].map(|(code, _)| (code, "expectedHash")),
        )
        .await;
    assert_eq!(export(&ground).await, before);
}

#[tokio::test]
async fn whoever_may_not_vet_connect_or_end_does_not_by_importing() {
    let ground = Ground::demo().await;
    let document = export(&ground).await;
    // What is so already asks for nothing.
    assert_eq!(document.asks_for(&*ground.catalog().await), []);
    for (action, path, document) in [
        (
            Action::AssessThirdParty,
            "document.thirdParties.Fjällripan Hosting AB.assessments.0",
            json!({ "thirdParties": [{ "name": "Fjällripan Hosting AB",
                "assessments": [{ "status": "SUSPENDED", "grounds": "Incident." }] }] }),
        ),
        (
            Action::RetireThirdParty,
            "document.thirdParties.Fjällripan Hosting AB.retired",
            json!({ "thirdParties": [{ "name": "Fjällripan Hosting AB", "retired": true, "reason": "Slut." }] }),
        ),
        (
            Action::RetireThirdParty,
            "document.thirdParties.Annat namn.retired",
            json!({ "thirdParties": [{ "name": "Annat namn", "was": "Fjällripan Hosting AB", "retired": true, "reason": "Slut." }] }),
        ),
        (
            Action::SetConnector,
            "document.systems.Kundregister.connector",
            json!({ "systems": [{ "name": "Kundregister", "connector": { "manual": { "instructions": "Ring Otto." } } }] }),
        ),
    ] {
        let asked = crate::domain::catalog_document::Document::read(&document).unwrap();
        assert_eq!(asked.asks_for(&*ground.catalog().await), [action]);
        ground.refuses(without(import(&document), action), &[(Code::PlanChanged, path)]).await;
    }
    let connected = json!({ "systems": [{ "name": "Kundregister", "connector": { "manual": { "instructions": "Ring Otto." } } }] });
    assert_eq!(ground.run(import(&connected)).await.changes.len(), 1);
    assert_eq!(ground.run(without(import(&connected), Action::SetConnector)).await.changes, []);
}

/// What stands there under a name is no longer that once it is called something else.
#[tokio::test]
async fn a_new_thing_under_an_old_name_is_vetted_and_connected_as_any_new_one() {
    let ground = Ground::demo().await;
    let connected = json!({ "systems": [{ "name": "Kundregister", "connector": { "manual": { "instructions": "Ring Otto." } } }] });
    ground.run(import(&connected)).await;
    let document = json!(export(&ground).await);
    let named = |list: &str, name: &str| {
        let mut entries = document[list].as_array().unwrap().iter();
        entries.find(|entry| entry["name"] == name).unwrap().clone()
    };
    let (old, system) = (named("thirdParties", "Fjällripan Hosting AB"), named("systems", "Kundregister"));
    let twice = json!({
        "thirdParties": [{ "name": "Annat namn", "was": old["name"] }, old],
        "systems": [{ "name": "Annat system", "was": system["name"] }, system],
    });
    let nothing_beyond = ImportCatalog { powers: Powers { may: vec![], in_person: true }, ..import(&twice) };
    ground
        .refuses(
            nothing_beyond,
            &[
                (Code::PlanChanged, "document.thirdParties.Fjällripan Hosting AB.assessments.0"),
                (Code::PlanChanged, "document.systems.Kundregister.connector"),
            ],
        )
        .await;
}
