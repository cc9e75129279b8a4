//! On PostgreSQL the log is in parts by month, which are made ahead of time.

use crate::support::{Database, TestApp, process::pause};
use kartotek::access::Engine;
use serde_json::{Value, json};
use std::time::Duration;

const LOOK: &str = "{ customers(first: 1) { nodes { reference } } }";

/// How many events each part has.
pub async fn parts(database: &Database) -> Vec<(String, i64)> {
    let rows = database
        .rows("SELECT tableoid::regclass::text AS part, count(*) AS count FROM audit_event GROUP BY 1 ORDER BY 1")
        .await;
    rows.iter().map(|row| (row.try_get("", "part").unwrap(), row.try_get("", "count").unwrap())).collect()
}

#[tokio::test]
async fn months_are_made_ahead_of_time() {
    let app = TestApp::new().await;
    let door = &app.server.door;
    if app.database.engine == Engine::Sqlite {
        assert_eq!(door.prepare_months().await.unwrap(), None);
        return app.finish().await;
    }
    // As the server's own role, and with nothing to do for whoever is second.
    let (one, other) = tokio::join!(door.prepare_months(), door.prepare_months());
    assert_eq!((one.unwrap(), other.unwrap()), (Some(4), Some(4)));
    let made = "SELECT count(*)::text FROM pg_class WHERE relispartition AND relname ~ '^audit_(event|subject)_\\d{4}_\\d\\d$'";
    assert_eq!(app.database.texts(made).await, ["8"]);
    assert_eq!(door.unprotected().await.unwrap(), [] as [String; 0]);

    // Events that have come already stay where they are, and the month with them.
    let make = async |month: &str| {
        let made = app.database.rows(&format!("SELECT make_audit_month('{month}')")).await;
        made[0].try_get_by_index::<bool>(0).unwrap()
    };
    assert!(!make("2026-03-01").await && make("2026-04-01").await && make("2026-05-01").await);
    assert_eq!(door.unprotected().await.unwrap(), [] as [String; 0]);
    for _ in 0..2 {
        app.advance(chrono::TimeDelta::days(30));
        app.agent().ask(LOOK, json!({})).await.data();
    }
    let there = parts(&app.database).await;
    let of = |part: &str| there.iter().find(|(name, _)| name == part).map_or(0, |(_, count)| *count);
    assert!(of("audit_event_2026_04") > 0 && of("audit_event_2026_05") > 0, "{there:?}");
    let subjects = "SELECT count(*)::text FROM audit_subject_2026_04 s JOIN audit_event_2026_04 e ON e.event_id = s.event_id";
    assert_ne!(app.database.texts(subjects).await, ["0"]);
    app.finish().await;
}

/// By actor, operation, subject and time, from and to the microsecond.
#[tokio::test]
async fn events_are_found_across_months() {
    let app = TestApp::new().await;
    if app.database.engine == Engine::Postgres {
        app.database.run("SELECT make_audit_month('2026-04-01')").await;
    }
    let customer = app.customer_id("K-1001").await;
    let (began, mut times) = (app.clock.peek(), Vec::new());
    for days in [0, 30, 3] {
        app.advance(chrono::TimeDelta::days(days));
        let answer = app.agent().ask("{ customer(reference: \"K-1001\") { reference } }", json!({})).await;
        answer.data();
        times.push(app.clock.peek());
    }
    let asked = "query ($filter: AuditFilter) { auditEvents(first: 50, filter: $filter) { totalCount nodes { occurredAt } } }";
    let found = async |filter: Value| {
        let answer = app.auditor().ask(asked, json!({ "filter": filter })).await;
        let list = answer.data()["auditEvents"]["nodes"].as_array().unwrap().clone();
        assert_eq!(answer.data()["auditEvents"]["totalCount"], list.len());
        list.iter().map(|one| one["occurredAt"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = found(json!({ "operations": ["customer"], "occurredFrom": began })).await;
    assert_eq!(all.len(), 3);
    let about = json!({ "operations": ["customer"], "customerId": customer, "occurredFrom": times[0] });
    assert_eq!(found(about).await, all[..2]);
    // From its own moment on, and before it.
    assert_eq!(
        found(json!({ "operations": ["customer"], "occurredFrom": all[1], "occurredTo": all[0] })).await,
        all[1..2]
    );
    app.finish().await;
}

/// Two years of events by many, 2,000 a month.
const MANY: &str = r"
SELECT make_audit_month(month::date) FROM generate_series('2024-01-01'::timestamp, '2025-12-01', '1 month') AS month;
CREATE TEMPORARY TABLE made AS SELECT n, month + make_interval(secs => n * 1000) AS at, overlay(
        first_audit_id((month + make_interval(secs => n * 1000))::date)::text placing to_char(n, 'FM000000000000') from 25)::uuid AS id
    FROM generate_series('2024-01-01'::timestamp, '2025-12-01', '1 month') AS month, generate_series(1, 2000) AS n;
INSERT INTO audit_event (event_id, occurred_at, actor, actor_kind, operation, kind, outcome, request_id, body, leaf)
    SELECT id, at, 'idp|' || n % 500, 'PERSON', CASE WHEN n % 400 = 0 THEN 'eraseCustomer' ELSE 'customer' END, 'READ', 'ALLOWED',
        'request-' || id, (SELECT body FROM audit_event LIMIT 1), sha256(id::text::bytea) FROM made;
INSERT INTO audit_subject (customer_id, event_id, categories)
    SELECT c.id, made.id, '[]' FROM made JOIN (SELECT id, row_number() OVER (ORDER BY id) AS nth FROM customer) c ON c.nth = 1 + n % 20;
";

/// How often parts were read from end to end, and by an index.
async fn reads(database: &Database, parts: &str) -> (i64, i64) {
    let sql = format!(
        "SELECT sum(seq_scan)::bigint AS whole, sum(idx_scan)::bigint AS by_index FROM pg_stat_user_tables WHERE relname ~ '{parts}'"
    );
    let row = database.rows(&sql).await.remove(0);
    (row.try_get("", "whole").unwrap(), row.try_get("", "by_index").unwrap())
}

/// By subject, actor, time and operation: no part is read from end to end, and of a month only its own part.
#[tokio::test]
async fn events_are_found_by_indexes() {
    if Database::engine_of_all() == Engine::Sqlite {
        return;
    }
    let app = TestApp::new().await;
    let customer = app.customer_id("K-1001").await;
    app.database.run(&format!("BEGIN; {MANY}; COMMIT")).await;
    app.database.run("ANALYZE audit_event; ANALYZE audit_subject").await;
    let filtered = "query ($filter: AuditFilter) { auditEvents(first: 20, filter: $filter) { totalCount nodes { id } } }";
    let own = "query ($id: ID) { customer(id: $id) { accessLog(first: 20) { totalCount nodes { id operation } } } }";
    let month = json!({ "occurredFrom": "2025-03-01T00:00:00Z", "occurredTo": "2025-03-02T00:00:00Z" });
    let with = |mut more: Value| {
        more.as_object_mut().unwrap().extend(month.as_object().unwrap().clone());
        more
    };
    let [all, march, others] =
        ["^audit_(event|subject)_202[45]", "^audit_event_2025_03$", "^audit_(event|subject)_202[45]_(?!03)"];
    // What one of them read may be told with the next: those of one month come first.
    for (asked, variables, of_march) in [
        (filtered, json!({ "filter": month }), true),
        (filtered, json!({ "filter": with(json!({ "actor": "idp|77" })) }), true),
        (filtered, json!({ "filter": with(json!({ "customerId": customer })) }), true),
        (filtered, json!({ "filter": { "actor": "idp|77" } }), false),
        (filtered, json!({ "filter": { "operations": ["eraseCustomer"] } }), false),
        (filtered, json!({ "filter": { "customerId": customer } }), false),
        (own, json!({ "id": customer }), false),
    ] {
        let before = (reads(&app.database, all).await, reads(&app.database, others).await);
        let looked = reads(&app.database, march).await.1;
        // What a connection has read is told by its next statement a second later.
        let by_index = async {
            for asks in 1.. {
                app.auditor().ask(asked, variables.clone()).await.data();
                if asks > 1 && reads(&app.database, march).await.1 > looked {
                    break;
                }
                pause(Duration::from_millis(1_100)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), by_index).await.unwrap();
        assert_eq!(reads(&app.database, all).await.0, before.0.0, "{variables}");
        assert!(!of_march || reads(&app.database, others).await == before.1, "{variables}");
    }
    app.give_up().await;
}
