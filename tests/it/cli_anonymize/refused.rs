//! What is wrong is said, with what to do, and nothing is changed.

use crate::support::TestApp;
use std::process::Command;

const REASON: [&str; 2] = ["--reason", "Gallring 2026"];

#[tokio::test]
async fn a_bad_list_is_named_by_its_line_and_nothing_is_asked_for() {
    let app = TestApp::reachable().await;
    app.registered(8200..8201).await;
    let officer = app.compliance();
    // What is wrong comes after more than one call takes, and before anything is sent.
    let mut long = (0..12_000).map(|n| format!("K-{n}")).collect::<Vec<_>>().join("\n").into_bytes();
    long.extend(b"\nK-\xe5\n");
    for (text, told) in [
        (&b""[..], "there is no reference in it"),
        (b"\n\n \n", "there is no reference in it"),
        (b"K-8200\nK-\xff\xfe\n", "line 2 is not UTF-8 text"),
        ("9".repeat(5_000).as_bytes(), "line 1 is too long for a reference"),
        (b"K-8200\nK-\x1b[31m\n", "line 2 is no reference"),
        (&long, "line 12001 is not UTF-8 text"),
    ] {
        let list = app.file("list", text);
        let ran =
            app.ran(officer.anonymize(&["--references", &list, "--dry-run", REASON[0], REASON[1]])).await;
        ran.ended(2, told).ended(2, &list);
        assert_eq!(ran.out, "");
    }
    // Also where it can be read only once.
    let piped = ["--references", "-", "--dry-run", REASON[0], REASON[1]];
    let mut piped = officer.anonymize(&piped);
    piped.stdin(std::fs::File::open(app.file("list", &long)).unwrap());
    app.ran(piped).await.ended(2, "line 12001 is not UTF-8 text");
    let missing = ["--references", "nowhere", "--dry-run", REASON[0], REASON[1]];
    app.ran(officer.anonymize(&missing)).await.ended(2, "No such file");
    let plan = app.file("plan", "{\"planHash\": \"0\"}");
    app.ran(officer.anonymize(&["--plan", &plan, "--yes"])).await.ended(2, "is no plan");
    assert_eq!(officer.get("{ jobs { totalCount } }").await.data()["jobs"]["totalCount"], 0);
    assert_eq!(app.database.rows("SELECT 1 FROM customer_selection").await.len(), 0);
    app.finish().await;
}

#[tokio::test]
async fn who_may_not_is_told_what_they_need() {
    let app = TestApp::reachable().await;
    let list = app.file("list", app.registered(8210..8211).await.join("\n"));
    let args = ["--references", &list, "--dry-run", REASON[0], REASON[1], "--retry-for", "0s"];
    let officer = app.compliance();
    let bad = officer.clone().with_token("hunter2.hunter2.hunter2");
    let ran = app.ran(bad.anonymize(&args)).await;
    ran.ended(1, "UNAUTHENTICATED").ended(1, "KARTOTEK_TOKEN");
    assert!(!ran.err.contains("hunter2"), "{ran:?}");
    let scopes = ["uploadSelection", "bulkAnonymize", "job"];
    let script = app.script(&scopes).without_purpose();
    app.ran(script.anonymize(&args)).await.ended(1, "PURPOSE_REQUIRED").ended(1, "--purpose");
    let args = [&args[..], &["--purpose", "RIGHTS_REQUEST"]].concat();
    app.ran(app.agent().anonymize(&args)).await.ended(1, "FORBIDDEN").ended(1, "COMPLIANCE");
    let ran = app.ran(app.script(&["job"]).anonymize(&args)).await;
    ran.ended(1, "FORBIDDEN").ended(1, "bulkAnonymize");
    assert_eq!(ran.out, "");
    app.ran(app.script(&scopes).anonymize(&args)).await.ended(0, "");
    app.turned_away_by_others(1);
    app.finish().await;
}

#[tokio::test]
async fn what_does_not_go_together_is_said_before_anything_is_sent() {
    let app = TestApp::reachable().await;
    let list = app.file("list", "K-8220\n");
    let officer = app.compliance();
    for (args, told) in [
        (vec!["--references", &list, "--yes"], "--reason"),
        (vec!["--reason", "r", "--yes"], "--references"),
        (vec!["--references", &list, "--reason", "r"], "say --yes"),
        (vec!["--references", &list, "--reason", "r", "--yes", "--dry-run"], "cannot be used with"),
        (
            vec!["--references", &list, "--dormant-since", "2020-01-01", "--reason", "r"],
            "cannot be used with",
        ),
        (vec!["--dormant-since", "yesterday", "--reason", "r", "--yes"], "--dormant-since"),
        (vec!["--references", &list, "--reason", "r", "--yes", "--plan-out", "p"], "--plan-out goes with"),
        (vec!["--references", &list, "--reason", "r", "--yes", "--retry-for", "soon"], "from 0s to 24h"),
        (
            vec!["--references", &list, "--reason", "r", "--yes", "--endpoint", "http://kartotek.example"],
            "http:// on another machine",
        ),
        (vec!["--references", &list, "--reason", "r", "--yes", "--endpoint", "kartotek"], "is no address"),
    ] {
        let ran = app.ran(officer.anonymize(&args)).await;
        ran.ended(2, told);
        assert_eq!(ran.out, "", "{args:?}");
    }
    let args = ["--references", &list, "--reason", "r", "--yes"];
    app.ran(app.stranger().anonymize(&args)).await.ended(2, "KARTOTEK_TOKEN_FILE");
    let spaced = officer.clone().with_token("not a token");
    app.ran(spaced.anonymize(&args)).await.ended(2, "characters that no token has");
    // The reason goes on record, and the server says how long that may be.
    let long = "r".repeat(4_001);
    let args = ["--dormant-since", "2020-01-01", "--reason", &long, "--yes"];
    app.ran(officer.anonymize(&args)).await.ended(1, "TOO_LONG (reason)");
    assert_eq!(officer.get("{ jobs { totalCount } }").await.data()["jobs"]["totalCount"], 0);
    app.finish().await;
}

/// The token can come from a file, and help says how all of it goes.
#[tokio::test]
async fn a_token_from_a_file() {
    let app = TestApp::reachable().await;
    let officer = app.compliance();
    let file = app.file("token", format!("{}\n", officer.token.as_ref().unwrap()));
    let mut command =
        app.stranger().anonymize(&["--dormant-since", "1999-01-01", "--reason", "r", "--dry-run"]);
    command.env("KARTOTEK_TOKEN_FILE", file);
    app.ran(command).await.ended(0, "others on this machine can read the token");
    let mut help = Command::new(env!("CARGO_BIN_EXE_kartotek"));
    help.args(["anonymize", "--help"]);
    let told = app.ran(help).await.out;
    for part in
        ["kartotek anonymize --plan plan.json --yes", "Exit codes: 0", "; 3 ", "; 4 ", "; 75 ", "; 130 "]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    app.finish().await;
}
