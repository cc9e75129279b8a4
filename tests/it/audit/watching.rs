//! What is wrong with the log is found by the program itself, and stands among the findings until it is put right.

use crate::support::{
    TestApp, audit,
    seal::{ORIGIN, file, keys},
};
use kartotek::{
    access::Engine,
    domain::audit::{Log, Sound},
    worker::{watch_content, watch_protection},
};
use serde_json::json;

const LOOK: &str = "{ customers(first: 1) { nodes { reference } } }";
const FINDINGS: &str = "{ findings(filter: { kinds: [AUDIT_LOG_NOT_SEALED, AUDIT_LOG_UNPROTECTED, AUDIT_LOG_TAMPERED] }) { totalCount
    nodes { kind severity since message(locale: EN) subject { __typename id } customer { id } } } }";

async fn found(app: &TestApp) -> Vec<(String, String)> {
    let answer = app.auditor().ask(FINDINGS, json!({})).await;
    let list = answer.data()["findings"]["nodes"].as_array().unwrap().clone();
    assert_eq!(answer.data()["findings"]["totalCount"], list.len());
    assert!(list.iter().all(
        |one| one["subject"]["__typename"] == "AuditEvent" && one["message"].as_str().unwrap().len() > 50
    ));
    let text = |one: &serde_json::Value, at: &str| one[at].as_str().unwrap().to_owned();
    list.iter().map(|one| (text(one, "kind"), text(one, "severity"))).collect()
}

fn one(kind: &str, severity: &str) -> Vec<(String, String)> {
    vec![(kind.to_owned(), severity.to_owned())]
}

#[tokio::test]
async fn events_that_wait_to_be_sealed_are_a_finding() {
    let app = TestApp::new().await;
    app.seal().await;
    app.agent().ask(LOOK, json!({})).await.data();
    assert_eq!(found(&app).await, []);
    app.advance(chrono::TimeDelta::seconds(90));
    assert_eq!(found(&app).await, one("AUDIT_LOG_NOT_SEALED", "HIGH"));
    // It is about no customer and no place.
    let elsewhere = app
        .findings(json!({ "customerId": app.customer_id("K-1001").await, "kinds": ["AUDIT_LOG_NOT_SEALED"] }))
        .await;
    assert_eq!(elsewhere, [] as [serde_json::Value; 0]);
    app.seal().await;
    assert_eq!(found(&app).await, []);
    app.finish().await;
}

/// Each trigger that is missing, or off, is missed; and that is on record, once.
#[tokio::test]
async fn missing_protection_is_a_finding_until_it_is_back() {
    let app = TestApp::new().await;
    let door = &app.server.door;
    assert_eq!(door.unprotected().await.unwrap(), [] as [String; 0]);
    watch_protection(door, true).await.unwrap();
    assert_eq!(found(&app).await, []);
    let triggers = app
        .database
        .texts(match app.database.engine {
            Engine::Postgres => {
                "SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE tgname LIKE 'audit\\_%' AND NOT tgisinternal"
            }
            Engine::Sqlite => {
                "SELECT tbl_name || '.' || name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit~_%' ESCAPE '~'"
            }
        })
        .await;
    assert!(triggers.len() >= 12, "{triggers:?}");
    for at in triggers {
        let (table, trigger) = at.split_once('.').unwrap();
        let (off, on) = match app.database.engine {
            Engine::Postgres => (
                format!("ALTER TABLE {table} DISABLE TRIGGER {trigger}"),
                format!("ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}"),
            ),
            Engine::Sqlite => {
                let sql = app
                    .database
                    .texts(&format!("SELECT sql FROM sqlite_master WHERE name = '{trigger}'"))
                    .await
                    .remove(0);
                (format!("DROP TRIGGER {trigger}"), sql)
            }
        };
        app.database.run(&off).await;
        let missing = door.unprotected().await.unwrap();
        let named = if trigger.starts_with(table) { trigger } else { &at };
        // What is off for the log is off for its parts.
        assert!(
            missing[0].contains(named) && missing.iter().all(|one| one.contains(trigger)),
            "{at}: {missing:?}"
        );
        app.database.run(&on).await;
        assert_eq!(door.unprotected().await.unwrap(), [] as [String; 0], "{at}");
    }
    if app.database.engine == Engine::Postgres {
        app.database.run("GRANT DELETE ON audit_event TO kartotek_runtime").await;
        let missing = door.unprotected().await.unwrap();
        assert!(missing.len() == 1 && missing[0].contains("may DELETE on audit_event"), "{missing:?}");
        app.database.run("REVOKE DELETE ON audit_event FROM kartotek_runtime").await;
        // Nor by way of a part.
        app.database.run("GRANT SELECT (body) ON audit_event_default TO kartotek_runtime").await;
        let missing = door.unprotected().await.unwrap();
        assert!(
            missing.len() == 1 && missing[0].contains("may SELECT on audit_event_default"),
            "{missing:?}"
        );
        app.database.run("REVOKE SELECT (body) ON audit_event_default FROM kartotek_runtime").await;
        // What the trigger calls does nothing any more.
        let body = "CREATE OR REPLACE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$";
        let right = app
            .database
            .texts("SELECT pg_get_functiondef('refuse_change_of_audit_log'::regproc)")
            .await
            .remove(0);
        app.database.run(body).await;
        assert!(
            door.unprotected()
                .await
                .unwrap()
                .iter()
                .any(|one| one.contains("audit_event_no_change was changed"))
        );
        app.database.run(&right).await;
        assert_eq!(door.unprotected().await.unwrap(), [] as [String; 0]);
    }
    for _ in 0..3 {
        watch_protection(door, false).await.unwrap();
    }
    assert_eq!(found(&app).await, one("AUDIT_LOG_UNPROTECTED", "CRITICAL"));
    watch_protection(door, true).await.unwrap();
    assert_eq!(found(&app).await, []);
    let log = audit::all(&app.database).await;
    let noted = log.iter().filter(|event| event.operation == "watchAuditLog" && event.kind == "ADMINISTER");
    assert_eq!(noted.count(), 2, "when it was found, and when it was over");
    app.finish().await;
}

/// One that is there and refuses nothing is as good as none.
#[tokio::test]
async fn a_hollow_trigger_is_missed() {
    let app = TestApp::new().await;
    let door = &app.server.door;
    let (hollow, back) = match app.database.engine {
        Engine::Postgres => (
            "DROP TRIGGER audit_leaf_no_change ON audit_leaf; CREATE TRIGGER audit_leaf_no_change BEFORE DELETE OR UPDATE ON audit_leaf \
             FOR EACH ROW WHEN (false) EXECUTE FUNCTION refuse_change_of_audit_log(); \
             ALTER TABLE audit_leaf ENABLE ALWAYS TRIGGER audit_leaf_no_change",
            "DROP TRIGGER audit_leaf_no_change ON audit_leaf; CREATE TRIGGER audit_leaf_no_change BEFORE DELETE OR UPDATE ON audit_leaf \
             FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_log(); \
             ALTER TABLE audit_leaf ENABLE ALWAYS TRIGGER audit_leaf_no_change",
        ),
        Engine::Sqlite => (
            "DROP TRIGGER audit_leaf_no_update; CREATE TRIGGER audit_leaf_no_update BEFORE UPDATE ON audit_leaf WHEN 0
BEGIN SELECT raise(abort, 'the audit log is append-only'); END",
            "DROP TRIGGER audit_leaf_no_update; CREATE TRIGGER audit_leaf_no_update BEFORE UPDATE ON audit_leaf
BEGIN SELECT raise(abort, 'the audit log is append-only'); END",
        ),
    };
    app.database.run(hollow).await;
    let missing = door.unprotected().await.unwrap();
    assert!(
        missing.len() == 1
            && missing[0].starts_with("the trigger audit_leaf_no_")
            && missing[0].ends_with("was changed")
    );
    app.database.run(back).await;
    assert_eq!(door.unprotected().await.unwrap(), [] as [String; 0]);
    app.finish().await;
}

#[tokio::test]
async fn a_log_that_was_tampered_with_is_a_finding() {
    let app = TestApp::new().await;
    app.seal().await;
    let log = || Log::new(keys(ORIGIN, 1), file(&app.database));
    let mut sound = Sound::default();
    watch_content(&log(), &app.server.door, &mut sound).await.unwrap();
    assert_eq!(found(&app).await, []);
    app.agent().ask(LOOK, json!({})).await.data();
    let size = app.seal().await.size;
    // Beyond what was looked through before.
    let forged = format!(
        "UPDATE audit_event SET actor = 'x' WHERE event_id = (SELECT event_id FROM audit_leaf WHERE leaf_index = {})",
        size - 1
    );
    app.database.behind_the_triggers("audit_event", &forged).await;
    watch_content(&log(), &app.server.door, &mut sound).await.unwrap();
    assert_eq!(found(&app).await, one("AUDIT_LOG_TAMPERED", "CRITICAL"));
    // And it stays one, however often it is looked at: what was sound before goes no further.
    watch_content(&log(), &app.server.door, &mut sound).await.unwrap();
    assert_eq!(found(&app).await, one("AUDIT_LOG_TAMPERED", "CRITICAL"));
    app.give_up().await;
}
