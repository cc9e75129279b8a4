//! More than one page of a system, and more than one part of a map.

use super::target::targets;
use crate::support::{TestApp, database::Engine};
use serde_json::json;

const CRM: &str = "Kundregister";

/// Three pages, and twelve parts.
const MANY: usize = 6_000;

/// Every so manieth is not there.
const MISSING: usize = 100;

/// The id of the nth thing of a sort.
fn id(engine: Engine, sort: u8, n: usize) -> String {
    let id = format!("019000000000700080{sort:02x}{n:012x}");
    match engine {
        Engine::Postgres => format!("'{id}'::uuid"),
        Engine::Sqlite => format!("x'{id}'"),
    }
}

/// Customers like K-1001, each with one line like another.
async fn register(app: &TestApp) {
    let engine = app.database.engine;
    let values = |of: &dyn Fn(usize) -> String| (1..=MANY).map(of).collect::<Vec<_>>().join(", ");
    let people = values(&|n| format!("({}, 'S-{n}')", id(engine, 1, n)));
    app.database
        .run(&format!(
            "INSERT INTO customer (id, reference, kind, status, status_since, locale, version, channel, created_at) \
             SELECT v.column1, v.column2, c.kind, c.status, c.status_since, c.locale, 1, c.channel, c.created_at \
             FROM (VALUES {people}) AS v, customer c WHERE c.reference = 'K-1001'"
        ))
        .await;
    let lines = values(&|n| format!("({}, {}, 'S-{n}')", id(engine, 2, n), id(engine, 1, n)));
    app.database
        .run(&format!(
            "INSERT INTO data_location (id, customer_id, category, system_id, external_reference, source_channel, \
             collected_at, recorded_by, state, held_from) SELECT v.column1, v.column2, 'user.name', l.system_id, v.column3, \
             'IMPORT', l.collected_at, 'scale', 'HELD', l.held_from FROM (VALUES {lines}) AS v, (SELECT d.* FROM data_location d \
             JOIN system s ON s.id = d.system_id WHERE s.name = '{CRM}' AND d.held_to IS NULL ORDER BY d.id LIMIT 1) AS l"
        ))
        .await;
}

#[tokio::test]
async fn every_page_and_every_part_is_compared() {
    let target = targets().await.pop().unwrap();
    let app = TestApp::new().await;
    app.connect(CRM, target.connector()).await;
    register(&app).await;
    let there =
        (1..=MANY).filter(|n| n % MISSING != 0).map(|n| format!("('S-{n}', 'Nils')")).collect::<Vec<_>>();
    for some in there.chunks(1_000) {
        target.run(&format!("INSERT INTO people (number, name) VALUES {}", some.join(", "))).await;
    }
    let id = app.ask_to_compare(CRM, json!({})).await;
    app.worker().reconcile().await.unwrap();
    let compared = app.comparison(&id).await;
    assert_eq!(compared["matched"], MANY - MANY / MISSING);
    let lost = "SELECT id FROM data_location WHERE state = 'LOST_TRACK' AND recorded_by = 'scale'";
    assert_eq!(app.database.rows(lost).await.len(), MANY / MISSING);
    app.finish().await;
    target.finish().await;
}
