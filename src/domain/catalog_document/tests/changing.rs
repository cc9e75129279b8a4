use super::support::{export, import, letterbox, told};
use crate::domain::{
    catalog_document::{EntryKind, ImportCatalog},
    testing::Ground,
};
use serde_json::json;

#[tokio::test]
async fn the_demo_company_moves_to_an_empty_database_as_it_is() {
    let (demo, empty) = (Ground::demo().await, Ground::seeded().await);
    let document = export(&demo).await;
    let imported = empty.run(import(&document)).await;
    assert_eq!(export(&empty).await, document);
    assert!(imported.changes.len() > 100, "{}", imported.changes.len());
    assert_eq!(imported.not_in_document, []);

    // What is there already changes nothing, there or here.
    for ground in [&demo, &empty] {
        let before = ground.catalog().await;
        let again = ground.run(import(&document)).await;
        assert_eq!((again.changes, again.not_in_document), (vec![], vec![]));
        assert!(again.unchanged > 100);
        assert_eq!(ground.catalog().await.version, before.version);
    }
}

#[tokio::test]
async fn a_document_says_what_comes_and_a_dry_run_says_it_first() {
    let ground = Ground::seeded().await;
    let before = export(&ground).await;
    let shown = ground.run(ImportCatalog { dry_run: true, ..import(&letterbox()) }).await;
    assert_eq!(export(&ground).await, before);
    let done =
        ground.run(ImportCatalog { expected_hash: Some(shown.hash.clone()), ..import(&letterbox()) }).await;
    assert_eq!(shown, done);
    assert_eq!(
        told(&done),
        [
            "Created DataCategory user.post: name sensitivity",
            "Created DataCategory user.post.letter: name sensitivity",
            "Created Purpose DELIVER_POST: legalBasis name sharingNeedsConsent",
            "Created RetentionRule ACCOUNTING user.post: category countedFrom keepFor purpose statute",
            "Created ThirdParty Budet AB: country kind name role subProcessorOf",
            "Created ThirdParty Posten AB: country kind name role",
            "Created System Postrum: country measures name thirdParty",
            "Created Service letterbox: name translations",
            "Created DataRequirement letterbox user.name DELIVER_POST Kartotek: category grace onEnd purpose system",
            "Created DataRequirement letterbox user.post.letter DELIVER_POST Postrum: category grace onEnd purpose system",
        ]
    );
    assert!(done.not_in_document.iter().any(|one| one.kind == EntryKind::Purpose && one.key == "INVOICE"));
    assert!(!done.not_in_document.iter().any(|one| one.kind == EntryKind::DataCategory));
    assert_eq!(ground.run(import(&letterbox())).await.changes, []);
}

#[tokio::test]
async fn what_is_left_out_stays_and_null_takes_away() {
    let ground = Ground::seeded().await;
    ground.run(import(&letterbox())).await;
    let document = json!({
        "controller": { "phone": "08-123 45", "locale": "SV" },
        "dataCategories": [{ "key": "user.name", "description": "  Allt som någon heter.\r\nOch mer. " }],
        "systems": [{ "name": "Postrum", "owner": "Otto", "measures": null, "thirdParty": null }],
        "services": [{ "key": "letterbox", "translations": [] }],
        "retentionRules": [{ "category": "user.post", "purpose": "ACCOUNTING", "keepFor": "P2Y" }],
    });
    assert_eq!(
        told(&ground.run(import(&document)).await),
        [
            "Changed Controller Fyll i företagets namn: phone",
            "Changed DataCategory user.name: description",
            "Changed RetentionRule ACCOUNTING user.post: keepFor",
            "Changed System Postrum: measures owner thirdParty",
            "Changed Service letterbox: translations",
        ]
    );
    assert_eq!(ground.run(import(&document)).await.changes, []);
    // One that ships with the program is told of once it was changed.
    let exported = json!(export(&ground).await);
    let changed = &exported["dataCategories"][0];
    assert_eq!(changed["description"], "Allt som någon heter.\nOch mer.");
    assert_eq!(exported["dataCategories"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn things_are_renamed_by_what_they_were_called() {
    let ground = Ground::seeded().await;
    ground.run(import(&letterbox())).await;
    let document = json!({
        "thirdParties": [{ "name": "PostNord AB", "was": "Posten AB" }],
        "systems": [
            { "name": "Brevrum", "was": "Postrum" },
            { "name": "Vårt register", "builtIn": true },
        ],
        "requirements": [{ "service": "letterbox", "category": "user.post.letter", "purpose": "DELIVER_POST",
            "system": "Brevrum", "grace": "P2D" }],
    });
    let imported = ground.run(import(&document)).await;
    let told = told(&imported);
    for expected in [
        "Changed ThirdParty PostNord AB: name",
        "Changed ThirdParty Budet AB: subProcessorOf",
        "Changed System Brevrum: name thirdParty",
        "Changed System Vårt register: name",
        "Changed DataRequirement letterbox user.post.letter DELIVER_POST Brevrum: grace system",
        "Changed DataRequirement letterbox user.name DELIVER_POST Vårt register: system",
    ] {
        assert!(told.iter().any(|line| line == expected), "{expected}: {told:#?}");
    }
    assert_eq!(told.len(), 6);
    assert_eq!(ground.run(import(&document)).await.changes, []);
    let elsewhere = Ground::seeded().await;
    elsewhere.run(import(&export(&ground).await)).await;
    assert_eq!(export(&elsewhere).await, export(&ground).await);
}

#[tokio::test]
async fn what_is_retired_goes_in_the_order_that_lets_it() {
    let ground = Ground::seeded().await;
    let before = export(&ground).await;
    ground.run(import(&letterbox())).await;
    let document = json!({
        "dataCategories": [{ "key": "user.post", "retired": true }, { "key": "user.post.letter", "retired": true }],
        "purposes": [{ "key": "DELIVER_POST", "retired": true }],
        "retentionRules": [{ "category": "user.post", "purpose": "ACCOUNTING", "retired": true }],
        "thirdParties": [
            { "name": "Budet AB", "retired": true, "reason": "Behövs inte." },
            { "name": "Posten AB", "retired": true, "reason": "Behövs inte." },
        ],
        "systems": [{ "name": "Postrum", "retired": true }, { "name": "Aldrig funnits", "retired": true }],
        "services": [{ "key": "letterbox", "retired": true }],
    });
    let imported = ground.run(import(&document)).await;
    // The service's needs go with it.
    assert_eq!(imported.changes.len(), 10, "{:#?}", told(&imported));
    assert!(told(&imported).iter().all(|line| line.starts_with("Retired ")));
    assert_eq!(export(&ground).await, before);
    assert_eq!(ground.run(import(&document)).await.changes, []);
}

#[tokio::test]
async fn needs_are_added_changed_and_dropped_line_by_line() {
    let ground = Ground::seeded().await;
    ground.run(import(&letterbox())).await;
    let need = |category: &str, more: serde_json::Value| {
        let mut line = json!({ "service": "letterbox", "category": category, "purpose": "DELIVER_POST", "system": "Kartotek" });
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    };
    let document = json!({ "requirements": [
        need("user.contact.email", json!({ "onEnd": "ERASE" })),
        need("user.name", json!({ "retired": true })),
        need("user.name", json!({ "retired": true, "system": "Nirgends" })),
    ] });
    assert_eq!(
        told(&ground.run(import(&document)).await),
        [
            "Created DataRequirement letterbox user.contact.email DELIVER_POST Kartotek: category grace onEnd purpose system",
            "Retired DataRequirement letterbox user.name DELIVER_POST Kartotek: ",
        ]
    );
    assert_eq!(ground.run(import(&document)).await.changes, []);
}
