//! A backup is restored, and whoever was erased is here again: `kartotek ledger replay` erases them again, and nobody else.

use crate::support::{
    Database, TestApp, app,
    build::{REGISTER, person},
};
use chrono::TimeDelta;
use serde_json::json;
use std::{
    fs,
    process::{Command, Output},
};

/// The master keys of tests.
fn keys() -> String {
    format!("{}=\n", "A".repeat(43))
}

/// The command, with the ledger of `of` and the database of `on`.
fn replay(of: &Database, on: &Database, more: &[&str]) -> Output {
    let file = on.beside("master.keys");
    fs::write(&file, keys()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kartotek"));
    command.args(["ledger", "replay"]).args(more).env_clear().current_dir(file.parent().unwrap());
    command.env("KARTOTEK_DATABASE_URL", on.url()).env("KARTOTEK_MASTER_KEY_FILE", file);
    command.env("KARTOTEK_ERASURE_LEDGER_FILE", of.beside(app::LEDGER)).output().unwrap()
}

fn said(output: &Output) -> (Option<i32>, String) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!errors.contains("Testsson") && !errors.contains("K-76"), "{errors}");
    (output.status.code(), String::from_utf8(output.stdout.clone()).unwrap())
}

#[tokio::test]
async fn whoever_was_erased_is_erased_again_and_nobody_else() {
    let app = TestApp::new().await;
    let (erased, _) = app.hosted("K-7601").await;
    let anonymized = app.register("K-7602").await;
    let (stays, _) = app.hosted("K-7603").await;
    let before = app.map(&stays).await;
    let mut database = app.stop().await;
    let backup = database.copy().await;

    let app = TestApp::on(database).await;
    app.advance(TimeDelta::days(1));
    app.erased(&erased).await;
    assert_eq!(app.anonymize(&anonymized, json!({})).await.user_errors(), []);
    // One came back since. That is another customer, and after the backup.
    let mut input = person("K-7602");
    input["returning"] = json!(true);
    assert_eq!(app.agent().ask(REGISTER, json!({ "input": input })).await.user_errors(), []);
    let database = app.stop().await;
    // On what it was written for there is nothing to do.
    let (code, text) = said(&replay(&database, &database, &[]));
    assert_eq!(
        (code, text.as_str()),
        (Some(0), "erasures on record 2, here again 0, erased 0, failed 0, unfinished 0\n")
    );

    let dry = replay(&database, &backup, &["--dry-run"]);
    let (code, text) = said(&dry);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(text.matches("here again\t").count(), 2, "{text}");
    assert!(
        text.ends_with("erasures on record 2, here again 2, to erase 2, failed 0, unfinished 0\n"),
        "{text}"
    );
    let (code, text) = said(&replay(&database, &backup, &[]));
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(text.matches("erased again\t").count(), 2, "{text}");
    let (code, text) = said(&replay(&database, &backup, &[]));
    assert_eq!(
        (code, text.as_str()),
        (Some(0), "erasures on record 2, here again 0, erased 0, failed 0, unfinished 0\n")
    );

    let app = TestApp::on(backup).await;
    app.advance(TimeDelta::days(365));
    for (customer, status) in [(&erased, "ERASED"), (&anonymized, "ANONYMIZED"), (&stays, "ACTIVE")] {
        assert_eq!(app.standing(customer).await["status"], status);
    }
    assert_eq!(app.map(&stays).await, before);
    let open = app.tasks(&erased).await.into_iter().filter(|task| task["outcome"].is_null());
    assert_eq!(open.filter(|task| task["cause"] == "ERASURE").count(), 3);
    assert_eq!(app.at(&erased, "Faktureringssystem").await[0].1, "RESTRICTED");
    let refused = app.agent().ask(REGISTER, json!({ "input": person("K-7601") })).await;
    assert_eq!(refused.user_errors()[0].0, "PREVIOUSLY_ERASED");
    app.finish().await;
    database.discard().await;
}

/// What was restricted when the backup was made ends with them: nobody lifts anything of somebody who is gone.
#[tokio::test]
async fn a_restriction_of_the_backup_ends_as_they_are_erased_again() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-7621").await;
    let restrict = "mutation ($input: RestrictCustomerInput!) { restrictCustomer(input: $input) { userErrors { code } } }";
    let input = json!({ "customerId": customer, "ground": "LEGAL_CLAIMS", "reason": "Testsson sues us.",
        "channel": "PHONE" });
    assert_eq!(app.agent().ask(restrict, json!({ "input": input })).await.user_errors(), []);
    let mut database = app.stop().await;
    let backup = database.copy().await;

    let app = TestApp::on(database).await;
    app.advance(TimeDelta::days(1));
    let lift =
        "mutation ($input: LiftRestrictionInput!) { liftRestriction(input: $input) { userErrors { code } } }";
    let input =
        json!({ "customerId": customer, "reason": "Testsson has lost.", "customerToldAt": app.now() });
    assert_eq!(app.compliance().ask(lift, json!({ "input": input })).await.user_errors(), []);
    app.erased(&customer).await;
    let database = app.stop().await;
    let (code, text) = said(&replay(&database, &backup, &[]));
    assert_eq!(code, Some(0), "{text}");

    let app = TestApp::on(backup).await;
    app.advance(TimeDelta::days(365));
    assert_eq!(app.standing(&customer).await["status"], "ERASED");
    let ended = "SELECT reason || lift_reason FROM restriction WHERE lifted_at IS NOT NULL";
    assert_eq!(app.database.texts(ended).await, [""]);
    assert!(app.database.rows("SELECT id FROM restriction WHERE lifted_at IS NULL").await.is_empty());
    app.finish().await;
    database.discard().await;
}

/// Nobody but a person can tell what is right with these.
#[tokio::test]
async fn what_is_not_certain_is_left_to_a_person() {
    let app = TestApp::new().await;
    let customer = app.register("K-7611").await;
    let mut database = app.stop().await;
    let backup = database.copy().await;
    let app = TestApp::on(database).await;
    app.advance(TimeDelta::days(1));
    app.erased(&customer).await;
    let database = app.stop().await;
    let ledger = database.beside(app::LEDGER);
    let whole = fs::read_to_string(&ledger).unwrap();
    let intent = whole.lines().next().unwrap();
    fs::write(&ledger, format!("{intent}\n{}", &intent[..30])).unwrap();
    let (code, text) = said(&replay(&database, &backup, &[]));
    assert_eq!(code, Some(3), "{text}");
    assert!(text.starts_with("unfinished\t") && text.contains("line 2 broke off"), "{text}");
    fs::write(&ledger, format!("{intent}\nnonsense\n{whole}")).unwrap();
    let output = replay(&database, &backup, &[]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("line 2 of the erasure ledger"), "{told}");
    fs::remove_file(&ledger).unwrap();
    let output = replay(&database, &backup, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("KARTOTEK_ERASURE_LEDGER_FILE"));
    let app = TestApp::on(backup).await;
    app.advance(TimeDelta::days(365));
    assert_eq!(app.standing(&customer).await["status"], "DORMANT");
    app.finish().await;
    database.discard().await;
}
