//! What is shown of many takes no more statements than what is shown of few.

use crate::support::{Client, TestApp};
use metrics_exporter_prometheus::PrometheusBuilder;

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
