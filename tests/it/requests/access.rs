//! What there is about a customer is gathered from every place, for them: to see (Art. 15), and to take along (Art. 20).

use crate::support::{
    TestApp,
    ask::codes,
    connect::{Crm, http},
    snapshot::golden,
    third_party::{FakeThirdParty, Manner},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const HOST: &str = "Fjällripan webbservrar";
const CRM: &str = "Kundregister";

const EXPORT: &str =
    "query ($id: ID!) { dataRequest(id: $id) { status caseNumber export en: exportPage(locale: EN)
    reply(locale: EN) } }";

async fn export(app: &TestApp, request: &str) -> Value {
    let agent = app.agent().for_purpose("RIGHTS_REQUEST");
    agent.ask(EXPORT, json!({ "id": request })).await.data()["dataRequest"].clone()
}

fn system<'a>(export: &'a Value, name: &str) -> &'a Value {
    export["systems"].as_array().unwrap().iter().find(|one| one["system"] == name).unwrap()
}

/// A customer with hosting, a database of the company's own that has a row of theirs, and a third party with an API.
async fn known(app: &TestApp, reference: &str) -> (String, Crm, FakeThirdParty) {
    let (number, email) = (format!("{reference}-1"), format!("{reference}@example.com"));
    let crm = Crm::with(&[(&number, "Karin <b>", &email), ("K-1", "Anna", "a@example.com")]).await;
    assert_eq!(codes(&app.connect(CRM, crm.connector()).await), []);
    let host = FakeThirdParty::new(app.clock.clone()).await;
    assert_eq!(codes(&app.connect(HOST, http(&host)).await), []);
    let (customer, _) = app.hosted(reference).await;
    (customer, crm, host)
}

#[tokio::test]
async fn a_copy_comes_from_every_place() {
    let app = TestApp::new().await;
    let (customer, crm, host) = known(&app, "K-4401").await;
    host.next([Manner::Gives(json!({ "logins": 7, "plan": "small" }))]);
    let request = app.submit(&customer, json!({ "type": "ACCESS" })).await;
    let planned = app.verify(&request, json!({ "dryRun": true })).await;
    assert_eq!(codes(&planned), [("OUT_OF_RANGE".to_owned(), "dryRun".to_owned())]);
    let verified = app.verify(&request, json!({})).await;
    assert_eq!(codes(&verified), []);
    let verified = &verified.data()["verifyIdentity"];
    assert_eq!(verified["plan"], json!(null));
    let tasks = verified["tasks"].as_array().unwrap();
    assert!(tasks.iter().all(|task| task["action"] == "EXPORT" && task["cause"] == "DATA_REQUEST"));
    let mut at = tasks.iter().map(|task| task["system"]["name"].as_str().unwrap()).collect::<Vec<_>>();
    at.sort_unstable();
    assert_eq!(at, ["Faktureringssystem", HOST, "Kartotek", CRM, "Ärendesystem"]);
    assert_eq!(export(&app, &request).await["export"], json!(null));

    app.work().await;
    let gathered = export(&app, &request).await;
    assert_eq!(gathered["status"], "IN_PROGRESS");
    let all = &gathered["export"];
    let ours = system(all, "Kartotek");
    assert_eq!(ours["data"][0]["rows"][0]["email"], "K-4401@example.com");
    let crms = system(all, CRM);
    assert_eq!(crms["state"], "GATHERED");
    assert_eq!(
        crms["data"],
        json!([{ "source": "people", "categories": { "name": "user.name" }, "rows": [{ "name": "Karin <b>" }] }])
    );
    let hosts = system(all, HOST);
    assert_eq!((&hosts["holder"], &hosts["country"]), (&json!("Fjällripan Hosting AB"), &json!("SE")));
    assert_eq!(hosts["data"], json!([{ "document": { "logins": 7, "plan": "small" } }]));
    assert_eq!(system(all, "Ärendesystem")["state"], "AWAITED");
    assert_eq!(system(all, "Ärendesystem")["data"], json!(null));
    // Nothing was changed by looking.
    assert!(crm.person("K-4401-1").await.is_some());
    assert_eq!(host.asked()[0].body["subject_request_type"], "access");

    for name in ["Faktureringssystem", "Ärendesystem"] {
        let task = app.task_at(&customer, name).await;
        let attached = json!({ "export": { "invoices": ["F-1"] }, "evidence": "Printed from the archive." });
        assert_eq!(codes(&app.complete(&task, attached).await), []);
    }
    let gathered = export(&app, &request).await;
    assert_eq!(gathered["status"], "COMPLETED");
    assert_eq!(
        system(&gathered["export"], "Faktureringssystem")["data"][0]["document"]["invoices"],
        json!(["F-1"])
    );
    let number = gathered["caseNumber"].as_str().unwrap();
    golden!("reply_access_en", gathered["reply"].as_str().unwrap().replace(number, "[number]"));
    let page = gathered["en"].as_str().unwrap();
    assert!(
        page.contains("Karin &lt;b&gt;") && !page.contains("<b>"),
        "what somebody is called is no markup"
    );
    golden!("export_page_en", page.replace(number, "[number]").replace("><", ">\n<"));
    // What was gathered is nobody else's to see, and nothing for another purpose.
    assert_eq!(
        app.agent().ask(EXPORT, json!({ "id": request })).await.data()["dataRequest"]["export"],
        json!(null)
    );
    let themselves = app.customer_user("K-4401").ask(EXPORT, json!({ "id": request })).await;
    assert_eq!(themselves.data()["dataRequest"]["export"], gathered["export"]);
    assert_eq!(app.auditor().ask(EXPORT, json!({ "id": request })).await.code(), Some("FORBIDDEN"));

    // It is there for a while after they had the reply, and then nowhere.
    app.deliver(&request).await.data();
    app.advance(TimeDelta::days(29));
    app.sweep().await;
    assert_eq!(export(&app, &request).await["export"], gathered["export"]);
    app.advance(TimeDelta::days(2));
    app.sweep().await;
    assert_eq!(export(&app, &request).await["export"], json!(null));
    assert!(app.database.rows("SELECT id FROM sealed").await.is_empty());
    app.finish().await;
}

/// They were told what there was by then, and what came after it is theirs as well.
#[tokio::test]
async fn a_copy_that_comes_late_is_there_until_they_were_told_of_it() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-4405").await;
    let request = app.submit(&customer, json!({ "type": "ACCESS", "categories": ["user.name"] })).await;
    app.verify(&request, json!({})).await.data();
    app.work().await;
    assert_eq!(codes(&app.deliver(&request).await), []);
    app.advance(TimeDelta::days(60));
    assert_eq!(app.request(&request).await["overdue"], true, "they wait for the rest");
    for task in app.tasks(&customer).await.iter().filter(|task| task["state"] == "NEEDS_HUMAN") {
        let found = json!({ "document": { "name": "as they wrote it" } });
        assert_eq!(codes(&app.complete(task, json!({ "export": found })).await), []);
    }
    app.sweep().await;
    let late = export(&app, &request).await;
    assert_eq!(late["status"], "COMPLETED");
    assert!(late["export"].to_string().contains("as they wrote it"), "{late}");
    assert_eq!(codes(&app.deliver(&request).await), []);
    assert_eq!(app.request(&request).await["overdue"], false);
    app.advance(TimeDelta::days(31));
    app.sweep().await;
    assert_eq!(export(&app, &request).await["export"], json!(null));
    app.finish().await;
}

#[tokio::test]
async fn what_they_want_to_see_first_goes_afterwards() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4402").await;
    let access = app.submit(&customer, json!({ "type": "ACCESS" })).await;
    app.verify(&access, json!({})).await.data();
    app.end(&subscription, json!({})).await.data();
    let erasure = app.submit(&customer, json!({})).await;
    app.verify(&erasure, json!({})).await.data();
    let register = async || app.at(&customer, CRM).await;
    assert_eq!(register().await, [("user.name".to_owned(), "DISPOSAL_PENDING".to_owned())]);
    let map =
        "query ($id: ID!) { customer(id: $id) { dataLocations { nodes { system { name } justifications { kind
        dataRequest { id type } explanation(locale: EN) } } } } }";
    let seen = app.agent().ask(map, json!({ "id": customer })).await;
    let lines = seen.data()["customer"]["dataLocations"]["nodes"].as_array().unwrap().clone();
    let line = lines.iter().find(|line| line["system"]["name"] == CRM).unwrap();
    assert_eq!(line["justifications"][0]["kind"], "DATA_REQUEST");
    assert_eq!(line["justifications"][0]["dataRequest"], json!({ "id": access, "type": "ACCESS" }));

    app.work().await;
    let task =
        app.tasks_at(&customer, CRM).await.into_iter().find(|task| task["action"] == "EXPORT").unwrap();
    assert_eq!(codes(&app.complete(&task, json!({})).await), []);
    app.sweep().await;
    assert_eq!(register().await, [("user.name".to_owned(), "DISPOSAL_PENDING".to_owned())]);
    app.finish().await;
}

#[tokio::test]
async fn only_what_rests_on_consent_or_a_contract_is_taken_along() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-4403").await;
    let request = app.submit(&customer, json!({ "type": "PORTABILITY" })).await;
    let verified = app.verify(&request, json!({})).await;
    let tasks = verified.data()["verifyIdentity"]["tasks"].as_array().unwrap().clone();
    let at = tasks.iter().map(|task| task["system"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(at.len(), 5, "{at:?}");
    app.finish().await;
}

#[tokio::test]
async fn what_only_the_law_keeps_is_not_taken_along() {
    let app = TestApp::new().await;
    let customer = app.gone("K-4406").await;
    app.sweep().await;
    let request = app.submit(&customer, json!({ "type": "PORTABILITY" })).await;
    let verified = app.verify(&request, json!({})).await;
    let verified = &verified.data()["verifyIdentity"];
    assert_eq!((&verified["tasks"], &verified["dataRequest"]["status"]), (&json!([]), &json!("COMPLETED")));
    let told = export(&app, &request).await;
    assert!(
        told["reply"].as_str().unwrap().contains("We have no data that you have the right to take along"),
        "{told}"
    );
    // To see it is another right.
    let request = app.submit(&customer, json!({ "type": "ACCESS" })).await;
    let verified = app.verify(&request, json!({})).await;
    let tasks = verified.data()["verifyIdentity"]["tasks"].as_array().unwrap().clone();
    assert!(tasks.iter().any(|task| task["system"]["name"] == "Faktureringssystem"), "{tasks:?}");
    app.finish().await;
}

#[tokio::test]
async fn a_request_taken_back_leaves_nothing_gathered() {
    let app = TestApp::new().await;
    let (customer, _crm, _host) = known(&app, "K-4404").await;
    let request = app.submit(&customer, json!({ "type": "ACCESS", "categories": ["user.name"] })).await;
    app.verify(&request, json!({})).await.data();
    app.work().await;
    assert!(!export(&app, &request).await["export"].is_null());
    assert_eq!(codes(&app.take_back(&request).await), []);
    let open = app.tasks(&customer).await.into_iter().filter(|task| task["outcome"].is_null()).count();
    assert_eq!(open, 0);
    app.sweep().await;
    assert!(app.database.rows("SELECT id FROM sealed").await.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn one_who_says_that_a_copy_was_sent_leaves_it_to_a_person() {
    let app = TestApp::new().await;
    let (customer, _crm, host) = known(&app, "K-4405").await;
    let request = app.submit(&customer, json!({ "type": "ACCESS" })).await;
    app.verify(&request, json!({})).await.data();
    app.work().await;
    assert_eq!(host.asked().len(), 1);
    let task = app.task_at(&customer, HOST).await;
    assert_eq!((&task["state"], &task["outcome"]), (&json!("NEEDS_HUMAN"), &json!(null)));
    // Only what an export has brought together can be attached.
    let wrong = json!({ "export": {}, "outcome": "KEPT" });
    assert_eq!(codes(&app.complete(&task, wrong).await), [("OUT_OF_RANGE".to_owned(), "export".to_owned())]);
    app.finish().await;
}
