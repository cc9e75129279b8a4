//! How long it takes, and how much memory, for many. By hand: `cargo test --test it -- --ignored two_hundred_thousand`.

use super::target::targets;
use crate::support::TestApp;
use serde_json::json;
use std::time::Instant;

const CRM: &str = "Kundregister";

const CUSTOMERS: &str = "INSERT INTO customer (id, reference, kind, status, status_since, locale, version, channel, created_at)
    SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'S-' || n, 'PERSON', 'ACTIVE', now(), 'SV', 1, 'IMPORT', now()
    FROM generate_series(1, 200000) n";

const LINES: &str = "INSERT INTO data_location (id, customer_id, category, system_id, external_reference, source_channel,
    collected_at, recorded_by, state, held_from)
    SELECT ('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
        'user.name', s.id, 'S-' || n, 'IMPORT', now(), 'scale', 'HELD', now() - interval '1 year'
    FROM generate_series(1, 200000) n, system s WHERE s.name = 'Kundregister'";

#[tokio::test]
#[ignore = "takes minutes"]
async fn two_hundred_thousand() {
    let target = targets().await.pop().unwrap();
    let app = TestApp::new().await;
    app.connect(CRM, target.connector()).await;
    app.database.run(CUSTOMERS).await;
    app.database.run(LINES).await;
    let people = "INSERT INTO people (number, name) SELECT 'S-' || n, 'Nils' FROM generate_series(1, 200000) n WHERE n % 100 <> 0";
    target.run(people).await;
    app.database.run("ANALYZE").await;
    let id = app.ask_to_compare(CRM, json!({})).await;
    let begun = Instant::now();
    app.worker().reconcile().await.unwrap();
    let took = begun.elapsed();
    let memory = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = memory.lines().find(|line| line.starts_with("VmHWM")).unwrap().to_owned();
    let compared = app.comparison(&id).await;
    println!("{took:?}, {peak}, matched {}, {}", compared["matched"], compared["differences"]["totalCount"]);
    assert_eq!(compared["matched"], 198_000);
    app.finish().await;
    target.finish().await;
}
