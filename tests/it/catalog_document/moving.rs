//! From one installation to another, through the API.

use crate::support::{Client, Database, TestApp, ask::codes};
use serde_json::{Value, json};

pub const IMPORT: &str = "mutation ($input: ImportCatalogInput!) { importCatalog(input: $input) {
    hash unchanged changes(first: 200) { totalCount nodes { kind key change fields { field from to } } }
    notInDocument(first: 200) { nodes { kind key } } userErrors { code message field } } }";

pub async fn exported(client: Client<'_>) -> Value {
    client.get("{ catalogDocument }").await.data()["catalogDocument"].clone()
}

#[tokio::test]
async fn the_demo_company_moves_to_an_empty_installation_as_it_is() {
    let (demo, empty) = (TestApp::new().await, TestApp::on(Database::empty().await).await);
    let document = exported(demo.admin()).await;
    let answer = empty.compliance().ask(IMPORT, json!({ "input": { "document": document } })).await;
    assert_eq!(answer.user_errors(), []);
    let imported = &answer.data()["importCatalog"];
    assert!(imported["changes"]["totalCount"].as_i64().unwrap() > 100, "{imported}");
    assert_eq!(imported["notInDocument"]["nodes"], json!([]));
    assert_eq!(exported(empty.compliance()).await, document);

    for app in [&demo, &empty] {
        let again = app.admin().ask(IMPORT, json!({ "input": { "document": document } })).await;
        assert_eq!(again.data()["importCatalog"]["changes"]["totalCount"], 0);
    }
    demo.finish().await;
    empty.finish().await;
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_its_hash_is_good_for_just_that() {
    let app = TestApp::new().await;
    let before = exported(app.admin()).await;
    let document = json!({ "systems": [{ "name": "Kundregister", "owner": "Någon annan" }] });
    let shown = app.admin().ask(IMPORT, json!({ "input": { "document": document, "dryRun": true } })).await;
    let shown = &shown.data()["importCatalog"];
    assert_eq!(
        shown["changes"]["nodes"],
        json!([{ "kind": "SYSTEM", "key": "Kundregister", "change": "CHANGED",
            "fields": [{ "field": "owner", "from": "Otto Bit, kundansvarig", "to": "Någon annan" }] }])
    );
    let left = shown["notInDocument"]["nodes"].as_array().unwrap();
    assert!(left.contains(&json!({ "kind": "SYSTEM", "key": "Faktureringssystem" })));
    assert_eq!(exported(app.admin()).await, before);

    let asked = json!({ "input": { "document": document, "expectedHash": shown["hash"] } });
    let done = app.admin().ask(IMPORT, asked.clone()).await;
    assert_eq!(done.data()["importCatalog"]["hash"], shown["hash"]);
    // It is done, so nothing is left of what was shown.
    let again = app.admin().ask(IMPORT, asked).await;
    assert_eq!(codes(&again), [("PLAN_CHANGED".to_owned(), "expectedHash".to_owned())]);
    app.finish().await;
}

#[tokio::test]
async fn all_that_is_wrong_is_told_by_its_place_and_nothing_is_done() {
    let app = TestApp::new().await;
    let before = app.database.dump_but_the_log().await;
    let document = json!({
        "systems": [{ "name": "Nytt system", "country": "SE" }, { "name": "Utan land" }],
        "services": [{ "key": "web-hosting", "requirements": [
            { "category": "user.nothing", "purpose": "CONTACT", "system": "Nytt system", "onEnd": "ERASE" },
        ] }],
    });
    let answer = app.admin().ask(IMPORT, json!({ "input": { "document": document } })).await;
    let at = |code: &str, path: &str| (code.to_owned(), path.to_owned());
    assert_eq!(
        codes(&answer),
        [
            at("REQUIRED", "document.systems.Utan land.country"),
            at("NOT_FOUND", "document.services.web-hosting.requirements.0.category"),
        ]
    );
    let answer =
        app.admin().ask(IMPORT, json!({ "input": { "document": { "systems": [{ "nam": 1 }] } } })).await;
    assert_eq!(codes(&answer), [at("INVALID_FORMAT", "document.systems.0.nam")]);
    assert_eq!(app.database.dump_but_the_log().await, before);
    app.finish().await;
}
