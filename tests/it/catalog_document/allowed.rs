//! An import does what its caller may do by other ways, and no more.

use super::moving::{IMPORT, exported};
use crate::support::{TestApp, audit::Event};
use serde_json::json;

#[tokio::test]
async fn vetting_stays_with_compliance_and_connectors_with_administrators() {
    let app = TestApp::new().await;
    let suspended = json!({ "input": { "document": { "thirdParties": [{ "name": "Fjällripan Hosting AB",
        "assessments": [{ "status": "SUSPENDED", "grounds": "Incident." }] }] } } });
    let ended = json!({ "input": { "document": { "thirdParties": [
        { "name": "Fjällripan Hosting AB", "retired": true, "reason": "Slut." }] } } });
    let connected = json!({ "input": { "document": { "systems": [{ "name": "Kundregister",
        "connector": { "manual": { "instructions": "Ring Otto." } } }] } } });
    let script = |scope: &'static str| app.script(&["importCatalog", scope]);
    for (may_not, input) in [
        (app.admin(), &suspended),
        (app.admin(), &ended),
        (app.compliance(), &connected),
        (app.script(&["importCatalog"]), &suspended),
        (script("importCatalog.assessment"), &connected),
    ] {
        let before = exported(app.admin()).await;
        let answer = may_not.ask(IMPORT, input.clone()).await;
        assert_eq!(answer.code(), Some("FORBIDDEN"), "{input}");
        let endings = app.events(&answer).await.iter().map(Event::ending).collect::<Vec<_>>();
        assert_eq!(endings, ["DENIED FORBIDDEN"], "{input}");
        assert_eq!(exported(app.admin()).await, before);
    }
    for (may, input) in [
        (app.compliance(), suspended),
        (app.admin(), connected),
        (
            script("importCatalog.connector"),
            json!({
            "input": { "document": { "systems": [{ "name": "Kundregister", "connector": null }] } } }),
        ),
    ] {
        let answer = may.ask(IMPORT, input).await;
        assert_eq!(answer.data()["importCatalog"]["changes"]["totalCount"], 1, "{:#}", answer.json);
        let events = app.events(&answer).await;
        assert_eq!((events.len(), events[0].kind.as_str()), (1, "ADMINISTER"));
    }
    // Whoever has vetted by importing is on record for it.
    let document = exported(app.admin()).await;
    let parties = document["thirdParties"].as_array().unwrap();
    let party = parties.iter().find(|party| party["name"] == "Fjällripan Hosting AB").unwrap();
    let last = party["assessments"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["status"], &last["assessedBy"]), (&json!("SUSPENDED"), &json!("Test compliance")));
    app.finish().await;
}
