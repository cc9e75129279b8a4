//! A database goes with the master keys it was sealed with, and with no others.

use crate::support::{Database, TestApp, app::parts, clock::FakeClock, clock::start};
use kartotek::{
    crypto::MasterKeys,
    server::{NotStarted, Server},
};
use secrecy::ExposeSecret;
use std::{error::Error, process::Command};

/// The key that every test's database is made with, and another.
const OURS: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const NEW: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

async fn started(database: &Database, keys: &[&str]) -> Result<Server, NotStarted> {
    let mut parts = parts(database, FakeClock::at(start()));
    parts.keys = MasterKeys::parse(&keys.join("\n")).unwrap();
    Server::start(parts).await
}

async fn refused(database: &Database, keys: &[&str]) -> String {
    let error = started(database, keys).await.map(|_| ()).unwrap_err();
    assert!(matches!(error, NotStarted::Keys(_)), "{error:?}");
    error.source().unwrap().to_string()
}

#[tokio::test]
async fn keys_that_the_database_does_not_know_are_refused_before_anything_is_done() {
    let database = Database::demo().await;
    let before = database.dump_but_the_log().await;
    let told = refused(&database, &[NEW]).await;
    assert!(told.contains("looked up by the master key") && told.contains("does not have it"), "{told}");
    assert_eq!(database.dump_but_the_log().await, before);
    let outcome =
        "SELECT outcome FROM audit_event WHERE operation = 'useMasterKeys' ORDER BY event_id DESC LIMIT 1";
    assert_eq!(database.texts(outcome).await, ["FAILED"]);
    started(&database, &[OURS]).await.unwrap().close().await;
    database.discard().await;
}

#[tokio::test]
async fn a_new_key_goes_on_top_and_an_older_one_stays_as_long_as_it_wraps() {
    let app = TestApp::new().await;
    started(&app.database, &[NEW, OURS]).await.unwrap().close().await;
    let told = refused(&app.database, &[OURS, NEW]).await;
    assert!(told.contains("has it as key 1 of 2: a key file has the newest key first"), "{told}");

    // As long as nothing is sealed under the new key, there is a way back.
    started(&app.database, &[OURS]).await.unwrap().close().await;
    app.database
        .run("UPDATE subject_key SET master_key_id = (SELECT id FROM master_key WHERE NOT looks_up)")
        .await;
    let told = refused(&app.database, &[OURS]).await;
    assert!(told.contains("Profiles are sealed under") && told.contains("lacks it"), "{told}");
    app.finish().await;
}

#[tokio::test]
async fn the_demo_makes_no_key_for_a_database_that_has_one() {
    let database = Database::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_kartotek"))
        .current_dir(folder.path())
        .env_clear()
        .args(["serve", "--demo", "--listen", "127.0.0.1:0"])
        .env("KARTOTEK_DATABASE_URL", database.settings().url.expose_secret())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("the master keys are not this database's"), "{told}");
    assert!(told.contains("put back the key file"), "{told}");
    assert!(!folder.path().join("data/master.keys").exists());
    database.discard().await;
}
