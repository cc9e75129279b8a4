//! When the audit log cannot be written, nothing is answered and nothing is changed; when it can be again, all is as
//! before, without a restart.

use super::fixtures::{Fixture, Ids, fixtures};
use crate::support::{Answer, Client, TestApp, database::Engine};
use axum::http::StatusCode;
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

impl TestApp {
    /// From here on, no row goes into this table of the log.
    async fn break_log(&self, table: &str) {
        self.database
            .run(&match self.database.engine {
                Engine::Postgres => format!("REVOKE INSERT ON {table} FROM kartotek_runtime"),
                Engine::Sqlite => {
                    format!("CREATE TRIGGER outage BEFORE INSERT ON {table} BEGIN SELECT raise(abort, 'outage'); END")
                }
            })
            .await;
    }

    async fn repair_log(&self) {
        match self.database.engine {
            Engine::Postgres => migration::privileges::grant(self.database.owner()).await.unwrap(),
            Engine::Sqlite => self.database.run("DROP TRIGGER outage").await,
        }
    }
}

/// Nothing was told.
#[track_caller]
fn assert_silent(answer: &Answer, what: &str) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{what}: {:#}", answer.json);
    assert_eq!(answer.code(), Some("UNAVAILABLE"), "{what}: {:#}", answer.json);
    assert_eq!(answer.json.get("data"), None, "{what}: {:#}", answer.json);
    assert!(answer.headers.contains_key("retry-after"), "{what}");
}

#[tokio::test]
async fn without_the_log_no_query_is_answered() {
    let app = TestApp::new().await;
    let ids = Ids::of(&app).await;
    app.break_log("audit_event").await;
    let before = app.database.dump(|_| true).await;

    for fixture in fixtures().filter(|fixture| !fixture.changes()) {
        let variables = (fixture.variables)(&ids);
        for client in [app.compliance(), app.customer_user("K-1001"), app.script(&fixture.scopes())] {
            assert_silent(&client.ask(fixture.document, variables.clone()).await, fixture.name);
        }
        // Whether they may is not told either.
        let out_of_scope = app.script(&["nothing"]).ask(fixture.document, variables).await;
        assert_silent(&out_of_scope, fixture.name);
    }
    assert_silent(&app.agent().get("{ thisIsNoField }").await, "a document that does not fit");
    assert_silent(&app.agent().get("{ this is no document").await, "no document");
    assert_silent(&app.agent().for_purpose("NO_SUCH").get("{ viewer { actor } }").await, "no purpose");
    assert_silent(&app.stranger().get("{ viewer { actor } }").await, "no token");
    assert!(app.database.dump(|_| true).await == before);

    app.repair_log().await;
    for fixture in fixtures().filter(|fixture| !fixture.changes()) {
        let answer = app.compliance().ask(fixture.document, (fixture.variables)(&ids)).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.data();
    }
    app.finish().await;
}

fn who_may<'a>(app: &'a TestApp, fixture: &Fixture) -> Client<'a> {
    if ["checkConnector", "describeSystem"].contains(&fixture.name) { app.admin() } else { app.compliance() }
}

#[tokio::test]
async fn without_the_log_no_mutation_changes_a_row() {
    let app = TestApp::new().await;
    let mut ids = Ids::of(&app).await;
    app.break_log("audit_event").await;
    let before = app.database.dump(|_| true).await;

    for fixture in fixtures().filter(|fixture| fixture.changes()) {
        // A change that is undone is an error of its field; one that is refused asks for nothing but the log.
        // Whoever oversees changes nothing, but for asking for reports.
        let refused = if fixture.name == "requestReport" { app.agent() } else { app.auditor() };
        for (client, refused) in
            [(who_may(&app, fixture), false), (app.script(&[fixture.root()]), false), (refused, true)]
        {
            let answer = client.ask(fixture.document, (fixture.variables)(ids.anew())).await;
            let silent = answer.status == StatusCode::SERVICE_UNAVAILABLE;
            assert!(silent || answer.status == StatusCode::OK, "{}: {:#}", fixture.name, answer.json);
            assert!(silent || !refused, "{}: {:#}", fixture.name, answer.json);
            assert_eq!(answer.code(), Some("UNAVAILABLE"), "{}: {:#}", fixture.name, answer.json);
            assert!(answer.json["data"][fixture.root()].is_null(), "{}: {:#}", fixture.name, answer.json);
            assert!(app.database.dump(|_| true).await == before, "{} has changed something", fixture.name);
        }
    }

    app.repair_log().await;
    for fixture in fixtures().filter(|fixture| fixture.changes()) {
        let before = app.database.dump_but_the_log().await;
        let answer = who_may(&app, fixture).ask(fixture.document, (fixture.variables)(ids.anew())).await;
        answer.data();
        assert_eq!(answer.user_errors(), [], "{}", fixture.name);
        // A connector is tried without changing anything.
        let changed = app.database.dump_but_the_log().await != before;
        let only_looks = ["checkConnector", "describeSystem"].contains(&fixture.name);
        assert!(changed || only_looks, "{} has changed nothing", fixture.name);
    }
    app.finish().await;
}

/// Somebody holds the log for longer than anybody waits: nobody is answered, in a time that one can wait, and afterwards everybody
/// is. Whatever became of what was tried meanwhile, the log is sound.
#[tokio::test]
async fn while_the_log_does_not_answer_nobody_is_answered() {
    const LOOK: &str = "{ customers(first: 1) { nodes { reference } } }";
    let app = TestApp::new().await;
    let held = app.database.log_held().await;
    let (begun, agent) = (Instant::now(), app.agent());
    let looks = (0..8).map(|_| agent.get(LOOK));
    for answer in futures::future::join_all(looks).await {
        assert_silent(&answer, "a slow log");
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    held.close().await.unwrap();
    app.agent().get(LOOK).await.data();
    app.seal().await;
    assert_eq!(app.look_through_log().await.wrong, BTreeSet::new());
    app.finish().await;
}

/// An event goes in with those it is about, or not at all.
#[tokio::test]
async fn an_event_that_cannot_say_whom_it_is_about_is_not_written() {
    let app = TestApp::new().await;
    let ids = Ids::of(&app).await;
    app.break_log("audit_subject").await;
    let before = app.database.dump(|_| true).await;
    for name in ["customer", "customers", "system { customers }", "registerCustomer", "startSubscription"] {
        let fixture = fixtures().find(|fixture| fixture.name == name).unwrap();
        let answer = app.compliance().ask(fixture.document, (fixture.variables)(&ids)).await;
        assert_eq!(answer.code(), Some("UNAVAILABLE"), "{name}: {:#}", answer.json);
        assert!(answer.json["data"][fixture.root()].is_null(), "{name}: {:#}", answer.json);
        if !fixture.changes() {
            assert!(app.database.dump(|_| true).await == before, "{name} has left something");
        }
    }
    assert!(app.database.dump_but_the_log().await == without_log(before));
    app.repair_log().await;
    app.finish().await;
}

fn without_log(mut dump: crate::support::dump::Dump) -> crate::support::dump::Dump {
    dump.retain(|table, _| !table.starts_with("audit_"));
    dump
}
