//! P5, reached: what is to go at the company's own databases and at third parties' APIs is asked for there by the program,
//! and is said to be gone when they have shown that it is.

use crate::support::{
    TestApp,
    ask::codes,
    connect::{CHECK, Crm, http},
    third_party::{FakeThirdParty, Manner},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const HOST: &str = "Fjällripan webbservrar";
const CRM: &str = "Kundregister";

#[tokio::test]
async fn a_database_of_the_companys_own_is_emptied_and_read_again() {
    let app = TestApp::new().await;
    let crm =
        Crm::with(&[("K-5201-1", "Karin", "K-5201@example.com"), ("K-1", "Anna", "a@example.com")]).await;
    assert_eq!(codes(&app.connect(CRM, crm.connector()).await), []);
    let checked = json!({ "input": { "systemId": app.system_id(CRM).await } });
    assert_eq!(app.admin().ask(CHECK, checked).await.data()["checkConnector"]["problems"], json!([]));
    let customer = app.gone("K-5201").await;
    assert_eq!(app.task_at(&customer, CRM).await["via"], "SQL");
    let worked = app.try_to_work().await;
    assert_eq!((worked.failed, worked.stale), (0, 0), "{worked:?}");
    assert_eq!(crm.person("K-5201-1").await, None);
    assert!(crm.person("K-1").await.is_some(), "somebody else's row is still there");
    let task = app.task_at(&customer, CRM).await;
    assert_eq!((&task["state"], &task["outcome"]), (&json!("SUCCEEDED"), &json!("DONE")));
    let evidence = &task["evidence"];
    assert_eq!((&evidence["kind"], &evidence["rowsChanged"]), (&json!("READ_BACK"), &json!(1)));
    assert_eq!(app.at(&customer, CRM).await, [("user.name".to_owned(), "ERASED".to_owned())]);
    app.finish().await;
}

#[tokio::test]
async fn a_third_party_is_asked_and_its_own_word_is_the_evidence() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    assert_eq!(codes(&app.connect(HOST, http(&host)).await), []);
    let customer = app.gone("K-5202").await;
    app.work().await;
    let asked = host.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    let body = &asked[0].body;
    assert_eq!(body["subject_identities"][0]["identity_value"], "K-5202@example.com");
    assert_eq!(body["extensions"]["kartotek"]["categories"], json!(["user.contact.email", "user.name"]));
    let task = app.task_at(&customer, HOST).await;
    assert_eq!((&task["state"], &task["via"]), (&json!("SUCCEEDED"), &json!("HTTP")));
    assert_eq!(task["evidence"]["kind"], "CONFIRMED");
    let states = app.at(&customer, HOST).await;
    assert!(states.iter().all(|(_, state)| state == "ERASED") && states.len() == 2, "{states:?}");
    app.finish().await;
}

/// The profile goes at the same time as what third parties hold, who know the person by what stood in it.
#[tokio::test]
async fn whoever_is_asked_late_still_learns_who_is_meant_and_then_nobody_does() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    host.usually(Manner::Says(503, json!({})));
    app.connect(HOST, http(&host)).await;
    let customer = app.gone("K-5203").await;
    let sealed = async || app.database.rows("SELECT system_id FROM envelope").await.len();
    for _ in 0..8 {
        app.try_to_work().await;
        app.advance(TimeDelta::days(1));
    }
    assert!(app.at(&customer, "Kartotek").await.iter().all(|(_, state)| state == "ERASED"));
    assert_eq!(sealed().await, 1);
    host.usually(Manner::Does);
    app.work().await;
    let asked = host.asked();
    assert!(asked.len() >= 8);
    for one in &asked {
        assert_eq!(one.key, asked[0].key);
        assert_eq!(one.body, asked[0].body, "the same on each attempt");
    }
    assert_eq!(asked[0].body["subject_identities"][0]["identity_value"], "K-5203@example.com");
    assert_eq!(app.task_at(&customer, HOST).await["state"], "SUCCEEDED");
    assert_eq!((sealed().await, host.done().len()), (0, 1));
    app.finish().await;
}

/// Nothing touched is not done.
#[tokio::test]
async fn what_was_not_found_is_up_to_a_person() {
    let app = TestApp::new().await;
    let crm = Crm::with(&[("K-1", "Anna", "a@example.com")]).await;
    app.connect(CRM, crm.connector()).await;
    let customer = app.gone("K-5204").await;
    app.work().await;
    let task = app.task_at(&customer, CRM).await;
    assert_eq!((&task["state"], &task["outcome"]), (&json!("NEEDS_HUMAN"), &json!(null)));
    assert_eq!(app.at(&customer, CRM).await[0].1, "DISPOSAL_PENDING");
    let found = app.findings(json!({ "kinds": ["NOTHING_FOUND"], "customerId": customer })).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let explained = json!({ "outcome": "NOTHING_FOUND", "evidence": "removed by hand in May" });
    assert_eq!(codes(&app.complete(&task, explained).await), []);
    assert!(app.findings(json!({ "kinds": ["NOTHING_FOUND"] })).await.is_empty());
    assert_eq!(app.at(&customer, CRM).await[0].1, "ERASED");
    app.finish().await;
}

#[tokio::test]
async fn a_third_party_that_is_down_for_a_week_is_asked_until_it_answers() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    host.usually(Manner::Says(500, json!({})));
    let mut connector = http(&host);
    connector["http"]["maxAttempts"] = json!(30);
    app.connect(HOST, connector).await;
    let customer = app.gone("K-5205").await;
    let begun = app.now();
    while app.now() < begun + TimeDelta::days(7) {
        app.try_to_work().await;
        app.advance(TimeDelta::minutes(20));
    }
    let task = app.task_at(&customer, HOST).await;
    assert_eq!(task["state"], "RETRYING");
    let tries = host.asked().len();
    assert!((10..30).contains(&tries), "{tries}");
    let failing = app.findings(json!({ "kinds": ["CONNECTOR_FAILING"] })).await;
    assert_eq!((failing.len(), &failing[0]["severity"]), (1, &json!("HIGH")));
    assert_eq!(failing[0]["system"]["name"], HOST);
    host.usually(Manner::Does);
    app.advance(TimeDelta::days(1));
    app.work().await;
    assert_eq!(app.task_at(&customer, HOST).await["state"], "SUCCEEDED");
    assert_eq!(host.done().len(), 1);
    assert!(app.findings(json!({ "kinds": ["CONNECTOR_FAILING"] })).await.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn after_so_many_failures_a_person_is_asked_and_can_have_it_tried_again() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    host.usually(Manner::Says(500, json!({})));
    let mut connector = http(&host);
    connector["http"]["maxAttempts"] = json!(3);
    app.connect(HOST, connector).await;
    let customer = app.gone("K-5206").await;
    for _ in 0..5 {
        app.try_to_work().await;
        app.advance(TimeDelta::days(1));
    }
    let task = app.task_at(&customer, HOST).await;
    assert_eq!((&task["state"], host.asked().len()), (&json!("NEEDS_HUMAN"), 3));
    let error = "query ($id: ID!) { task(id: $id) { lastError attempts sentAt } }";
    let shown = app.compliance().ask(error, json!({ "id": task["id"] })).await;
    let error = shown.data()["task"]["lastError"].as_str().unwrap();
    assert!(error.contains("500") && !error.contains('@'), "{error}");
    assert_eq!(app.findings(json!({ "kinds": ["TASK_NEEDS_HUMAN"], "customerId": customer })).await.len(), 3);
    host.usually(Manner::Does);
    let retried = app.retry(&task).await;
    assert_eq!(retried.data()["retryTask"]["task"]["attempts"], 0);
    app.work().await;
    let task = app.task_at(&customer, HOST).await;
    assert_eq!(task["state"], "SUCCEEDED");
    assert_eq!(codes(&app.retry(&task).await), [("TASK_FINISHED".to_owned(), "taskId".to_owned())]);
    app.finish().await;
}

/// A pause that they ask for is kept, however short ours would be.
#[tokio::test]
async fn whoever_asks_to_wait_is_not_asked_before() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    host.next([Manner::Busy(7_200)]);
    app.connect(HOST, http(&host)).await;
    let customer = app.gone("K-5207").await;
    app.try_to_work().await;
    app.advance(TimeDelta::minutes(119));
    app.work().await;
    assert_eq!(host.asked().len(), 1);
    app.advance(TimeDelta::minutes(1));
    app.work().await;
    assert_eq!(host.asked().len(), 2);
    assert_eq!(app.task_at(&customer, HOST).await["state"], "SUCCEEDED");
    app.finish().await;
}

/// Lies, and what is no answer, do not make anything gone.
#[tokio::test]
async fn what_is_not_an_answer_does_not_count() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    app.connect(HOST, http(&host)).await;
    let customer = app.gone("K-5208").await;
    for lie in [
        json!({ "error": "no such person", "request_status": "completed" }),
        json!({}),
        json!({ "request_status": "completed", "subject_request_id": uuid::Uuid::nil() }),
    ] {
        host.next([Manner::Says(200, lie)]);
        app.try_to_work().await;
        let task = app.task_at(&customer, HOST).await;
        assert_ne!(task["state"], "SUCCEEDED");
        assert!(app.at(&customer, HOST).await.iter().all(|(_, state)| state == "DISPOSAL_PENDING"));
        app.advance(TimeDelta::days(1));
    }
    app.finish().await;
}

#[tokio::test]
async fn what_a_service_needs_again_is_not_asked_for() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    host.next([Manner::Says(500, json!({}))]);
    app.connect(HOST, http(&host)).await;
    let customer = app.gone("K-5209").await;
    app.try_to_work().await;
    app.start(&customer, "web-hosting").await;
    app.advance(TimeDelta::days(1));
    app.work().await;
    assert_eq!((host.asked().len(), host.done().len()), (1, 0));
    assert!(app.at(&customer, HOST).await.iter().all(|(_, state)| state == "HELD"));
    app.finish().await;
}

/// A retry that waits for its time is no decision of another time: the sweep leaves it alone.
#[tokio::test]
async fn the_sweep_opens_nothing_anew_while_a_task_is_tried_again() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    host.usually(Manner::Says(500, json!({})));
    app.connect(HOST, http(&host)).await;
    let customer = app.gone("K-5210").await;
    for _ in 0..3 {
        app.try_to_work().await;
        assert_eq!(app.sweep().await, 0);
        app.advance(TimeDelta::hours(1));
    }
    assert_eq!(app.tasks_at(&customer, HOST).await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn only_an_admin_says_how_a_system_is_reached_and_only_within_bounds() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    let id = app.system_id(HOST).await;
    let input = json!({ "input": { "systemId": id, "connector": http(&host) } });
    let refused = app.compliance().ask(crate::support::connect::SET_CONNECTOR, input).await;
    assert_eq!(refused.code(), Some("FORBIDDEN"));
    let wrong = |path: &str, value: Value| {
        let mut connector = http(&host);
        connector["http"][path] = value;
        connector
    };
    let crm = |path: &str, value: Value| {
        let mut connector = json!({ "sql": { "url": "postgres://crm.example/crm", "tables": [{ "table": "people",
            "subjectColumn": "number", "columns": [{ "column": "name", "category": "user.name" }] }] } });
        *connector.pointer_mut(path).unwrap() = value;
        connector
    };
    for (connector, code, field) in [
        (wrong("url", json!("http://169.254.169.254/latest")), "ADDRESS_NOT_ALLOWED", "connector.http.url"),
        (wrong("url", json!("https://10.0.0.7/dsr")), "ADDRESS_NOT_ALLOWED", "connector.http.url"),
        (wrong("url", json!("https://evil.example/dsr")), "ADDRESS_NOT_ALLOWED", "connector.http.url"),
        (crm("/sql/url", json!("postgres://evil.example/crm")), "ADDRESS_NOT_ALLOWED", "connector.sql.url"),
        (
            crm("/sql/url", json!("postgres://crm.example/crm?host=/run/postgresql")),
            "ADDRESS_NOT_ALLOWED",
            "connector.sql.url",
        ),
        (wrong("actions", json!(["ERASE", "ERASE"])), "ALREADY_EXISTS", "connector.http.actions"),
        (wrong("url", json!("https://a:b@party.example")), "SECRET_IN_INPUT", "connector.http.url"),
        (
            wrong("signingSecret", json!({ "environment": "KARTOTEK_SECRET_NONE" })),
            "SECRET_NOT_FOUND",
            "connector.http.signingSecret.environment",
        ),
        (
            wrong("signingSecret", json!({ "environment": "KARTOTEK_MASTER_KEY_FILE" })),
            "INVALID_FORMAT",
            "connector.http.signingSecret.environment",
        ),
        (wrong("actions", json!(["RESTRICT"])), "OUT_OF_RANGE", "connector.http.actions.0"),
        (wrong("timeout", json!("PT10M")), "OUT_OF_RANGE", "connector.http.timeout"),
        (
            crm("/sql/url", json!("postgres://crm:hunter2@crm.example/crm")),
            "SECRET_IN_INPUT",
            "connector.sql.url",
        ),
        (crm("/sql/url", json!("sqlite:///etc/passwd")), "ADDRESS_NOT_ALLOWED", "connector.sql.url"),
        (
            crm("/sql/tables/0/columns/0/category", json!("user.nothing")),
            "NOT_FOUND",
            "connector.sql.tables.0.columns.0.category",
        ),
        (crm("/sql/tables/0/columns", json!([])), "REQUIRED", "connector.sql.tables.0.columns"),
    ] {
        let refused = app.connect(HOST, connector).await;
        assert_eq!(codes(&refused), [(code.to_owned(), field.to_owned())], "{refused:?}");
        assert!(!refused.json.to_string().contains("hunter2"));
    }
    let set = app.connect(HOST, http(&host)).await;
    let shown = &set.data()["updateSystem"]["system"]["connector"];
    assert_eq!(
        (&shown["kind"], &shown["signingSecret"]["name"]),
        (&json!("HTTP"), &json!("KARTOTEK_SECRET_HOST"))
    );
    let seen = app
        .agent()
        .ask("query ($id: ID!) { system(id: $id) { connector { kind } } }", json!({ "id": id }))
        .await;
    assert_eq!(seen.code(), Some("FORBIDDEN"));
    app.finish().await;
}
