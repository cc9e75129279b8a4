//! On a terminal it shows, asks, and draws a bar.

use crate::support::{TestApp, command::on_a_terminal};

#[tokio::test]
async fn what_was_shown_and_confirmed_is_what_is_done() {
    let app = TestApp::reachable().await;
    let list = app.file("list", app.registered(8400..8403).await.join("\n"));
    let officer = app.compliance();
    let args = ["--references", &list, "--reason", "Gallring 2026"];
    let id = app.customer_id("K-8400").await;

    let ran = on_a_terminal(&app, officer.anonymize(&args), "no\n").await;
    ran.ended(1, "3 customers would be anonymized").ended(1, "nothing was changed");
    assert_eq!(app.standing(&id).await["status"], "DORMANT");

    let ran = on_a_terminal(&app, officer.anonymize(&args), "yes\n").await;
    ran.ended(0, "Type yes to do it").ended(0, "[########################] 100 %  3 of 3 customers");
    let row = |name: &str, value: &str| format!("{name:<12}  {value}");
    ran.ended(0, &row("done", "3")).ended(0, &row("state", "SUCCEEDED"));
    assert!(!ran.out.contains('\u{1b}'), "no colours, nothing that moves the cursor: {ran:?}");
    assert_eq!(app.standing(&id).await["status"], "ANONYMIZED");

    // Whoever wants no questions gets none.
    let quiet = [&args[..], &["--no-input"]].concat();
    on_a_terminal(&app, officer.anonymize(&quiet), "").await.ended(2, "say --yes");
    app.finish().await;
}
