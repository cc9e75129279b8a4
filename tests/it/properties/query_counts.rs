//! What is shown of many takes no more statements than what is shown of few.

use crate::support::{Client, TestApp, build::RECORD};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;

/// How many statements the reading of an answer takes. Now and then the server looks on the side whether the
/// reference data has changed, so the least of a few is what the answer itself took.
async fn statements(client: &Client<'_>, document: &str) -> u64 {
    let mut least = u64::MAX;
    for _ in 0..3 {
        least = least.min(once(client, document).await);
    }
    least
}

/// Everything a test's server does, it does on the test's thread, and so under its recorder.
async fn once(client: &Client<'_>, document: &str) -> u64 {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let counting = metrics::set_default_local_recorder(&recorder);
    let answer = client.get(document).await;
    drop(counting);
    assert!(answer.errors().is_empty(), "{:#}", answer.json);
    let rendered = handle.render();
    let counted = rendered.lines().find_map(|line| line.strip_prefix("database_statements_total "));
    counted.map_or(0, |count| count.parse().unwrap())
}

#[tokio::test]
async fn a_map_is_one_statement_and_its_reasons_another() {
    let app = TestApp::new().await;
    let map = "{ customer(reference: \"K-1001\") { reference profile { name email } dataLocations { nodes {
        category { key } system { name thirdParty { name } } REASONS } } } }";
    assert_eq!(statements(&app.agent(), &map.replace("REASONS", "")).await, 1);
    let reasons = "justifications { kind purpose { key } until explanation }";
    assert_eq!(statements(&app.agent(), &map.replace("REASONS", reasons)).await, 2);
    app.finish().await;
}

/// To look for a number that is not one's own takes nothing but to find out who asks, whoever has it.
#[tokio::test]
async fn a_number_of_somebody_else_takes_no_more_than_one_of_nobody() {
    let app = TestApp::new().await;
    let me = app.customer_user("K-1001");
    let who = statements(&me, "{ viewer { actor } }").await;
    for below in ["reference", "dataLocations { nodes { id justifications { kind } } }"] {
        for reference in ["K-1002", "K-9998"] {
            let document = format!("{{ customer(reference: \"{reference}\") {{ {below} }} }}");
            assert_eq!(statements(&me, &document).await, who, "{document}");
        }
        let mine = format!("{{ customer(reference: \"K-1001\") {{ {below} }} }}");
        assert!(statements(&me, &mine).await > who, "{mine}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_page_takes_as_many_statements_whatever_its_size() {
    let app = TestApp::new().await;
    let agent = app.agent();
    let page = |size: u64, below: &str| {
        format!("{{ customers(first: {size}) {{ nodes {{ reference profile {{ name }} {below} }} }} }}")
    };
    let map = "dataLocations(first: 10) { nodes { category { key } system { name } } }";
    for size in [2, 20] {
        assert_eq!(statements(&agent, &page(size, map)).await, 2, "{size}");
    }
    for below in [
        "serviceSubscriptions { nodes { service { key } } }",
        "accessLog(first: 3) { nodes { operation } }",
        "dataLocations(first: 10, filter: { justified: true }) { nodes { id } }",
        "dataLocations(first: 5) { nodes { justifications { kind serviceSubscription { service { key } } } } }",
    ] {
        let few = statements(&agent, &page(2, below)).await;
        assert!(few <= 4, "{below}: {few}");
        assert_eq!(statements(&agent, &page(20, below)).await, few, "{below}");
    }
    app.finish().await;
}

/// So many more customers, each with a service and two lines of a map.
async fn crowd(app: &TestApp, count: usize) {
    let system = app.system_id("Faktureringssystem").await;
    let mut lines = Vec::new();
    for number in 0..count {
        let customer = app.register(&format!("CROWD-{number}")).await;
        app.start(&customer, "web-hosting").await;
        for category in ["user.name", "user.payment"] {
            lines.push(json!({
                "customerId": customer, "systemId": system, "category": category, "sourceChannel": "ORDER_FORM",
            }));
        }
    }
    let answer = app.agent().ask(RECORD, json!({ "input": { "locations": lines } })).await;
    assert_eq!(
        answer.data()["recordDataLocations"]["dataLocations"].as_array().map(Vec::len),
        Some(2 * count)
    );
}

/// What is known beforehand to be asked for is not left to a loader, which gathers only while it has patience.
#[tokio::test]
async fn a_full_page_of_maps_with_their_reasons_takes_as_many_statements_as_a_short_one() {
    let app = TestApp::new().await;
    crowd(&app, 40).await;
    let page = |size: u64| {
        format!(
            "{{ customers(first: {size}) {{ nodes {{ reference profile {{ name }}
             serviceSubscriptions(first: 5) {{ nodes {{ service {{ key }} }} }}
             dataLocations(first: 20) {{ nodes {{ category {{ key }} system {{ name }}
             justifications {{ kind serviceSubscription {{ service {{ key }} }} }} }} }} }} }} }}"
        )
    };
    assert_eq!(statements(&app.agent(), &page(5)).await, 5);
    assert_eq!(statements(&app.agent(), &page(50)).await, 5);
    app.finish().await;
}

/// (a list of `SIZE`, statements at most).
const LISTS: &[(&str, u64)] = &[
    ("customers(first: SIZE) { nodes { reference } }", 1),
    // Besides the count, a look at whether it is of so few that they are on record: it stops at the twenty-first.
    ("customers(first: SIZE) { totalCount nodes { reference } }", 3),
    (
        "customers(first: SIZE) { nodes { consents(first: 3) { nodes { receipt } } notices(first: 3) { nodes { tilt } } } }",
        7,
    ),
    ("auditEvents(first: SIZE) { nodes { subjects { nodes { customer { reference } } } } }", 2),
    (
        "findings(first: SIZE, filter: { kinds: [THIRD_PARTY_NOT_APPROVED, NO_AGREEMENT] }) { nodes { kind message } }",
        1,
    ),
    ("systems(first: SIZE) { nodes { thirdParty { name } } }", 0),
    ("thirdParties(first: SIZE) { nodes { systems { name } assessments { nodes { status } } } }", 0),
    ("services(first: SIZE) { nodes { requirements { system { name } category { name } } } }", 0),
];

#[tokio::test]
async fn no_list_takes_more_statements_when_it_is_longer() {
    let app = TestApp::new().await;
    let id = app.system_id("Faktureringssystem").await;
    let at = format!(
        "system(id: \"{id}\") {{ customers(first: SIZE) {{ edges {{ node {{ reference
         dataLocations(first: 3) {{ nodes {{ justifications {{ kind }} }} }} }} categories {{ key }} }} }} }}"
    );
    for (list, most) in LISTS.iter().copied().chain([(at.as_str(), 5)]) {
        let taken = async |size| {
            statements(&app.compliance(), &format!("{{ {} }}", list.replace("SIZE", size))).await
        };
        let (short, long) = (taken("2").await, taken("20").await);
        assert_eq!(short, long, "{list}");
        assert!(long <= most, "{list} takes {long}");
    }
    app.finish().await;
}

/// All kinds of findings are one statement, and what each is about another for each kind of thing.
#[tokio::test]
async fn a_page_of_findings_takes_as_many_statements_whatever_its_size() {
    let app = TestApp::new().await;
    let projects = app.system_id("Projektdatabas").await;
    let mut lines = Vec::new();
    for number in 0..60 {
        let customer = app.register(&format!("WRONG-{number}")).await;
        lines.push(json!({ "customerId": customer, "systemId": projects, "sourceChannel": "IMPORT",
            "category": "user.demographic.date_of_birth" }));
    }
    let answer = app.agent().ask(RECORD, json!({ "input": { "locations": lines } })).await;
    assert_eq!(answer.user_errors(), []);
    let page = |size: u64, below: &str| {
        format!(
            "{{ findings(first: {size}, filter: {{ kinds: [UNJUSTIFIED_DATA, TASK_OVERDUE] }}) {{ {below} }} }}"
        )
    };
    let shown = "nodes { key message subject { id ... on DataLocation { state } } customer { reference } system { name } }";
    for size in [2, 60] {
        assert_eq!(statements(&app.compliance(), &page(size, "nodes { key kind since }")).await, 1, "{size}");
        assert_eq!(statements(&app.compliance(), &page(size, shown)).await, 3, "{size}");
        // With the count, and whether it is of so few that they are on record.
        assert_eq!(statements(&app.compliance(), &page(size, "totalCount")).await, 1, "{size}");
    }
    app.finish().await;
}

/// Whatever they show: one statement for the requests, one for the pauses of their clocks, one for what they are limited
/// to, and one for whose they are.
#[tokio::test]
async fn a_page_of_requests_takes_as_many_statements_whatever_its_size() {
    let app = TestApp::new().await;
    for number in 0..30 {
        let customer = app.register(&format!("ASKS-{number}")).await;
        let request = app.submit(&customer, json!({ "categories": ["user.name"] })).await;
        assert_eq!(app.pause(&request).await.user_errors(), []);
    }
    let shown =
        "status dueAt overdue clock { daysLeft pauses { reason } } categories { key } customer { reference }";
    for size in [2, 30] {
        let page = format!("{{ dataRequests(first: {size}) {{ nodes {{ {shown} }} }} }}");
        assert_eq!(statements(&app.compliance(), &page).await, 4, "{size}");
        let page = format!(
            "{{ customers(first: {size}) {{ nodes {{ dataRequests(first: 3) {{ nodes {{ {shown} }} }} }} }} }}"
        );
        assert!(statements(&app.compliance(), &page).await <= 5, "{size}");
    }
    app.finish().await;
}
