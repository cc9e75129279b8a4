//! On a terminal it shows, asks, and draws a bar.

use crate::support::{TestApp, command::on_a_terminal};
use std::fmt::Write;

#[tokio::test]
async fn what_was_shown_and_agreed_to_is_what_is_done() {
    let app = TestApp::reachable().await;
    let both = app.roles(&["ADMIN", "COMPLIANCE"]);
    let systems = app.file("system.csv", "namn;land\nHylla;SE\n");
    let mut rows = "kundnummer;namn\n".to_owned();
    for number in 0..1_500 {
        let _ = writeln!(rows, "T-{number};Kund {number}");
    }
    let customers = app.file("kunder.csv", rows + "T-x;\n");
    let args = ["--as", "systems", &*systems];
    let there = "SELECT count(*) FROM system WHERE name = 'Hylla'";
    let ran = on_a_terminal(&app, both.command("import", &args), "no\n").await;
    ran.ended(1, "+ system Hylla").ended(1, "nothing was");
    assert_eq!(app.database.count(there).await, 0);
    on_a_terminal(&app, both.command("import", &args), "yes\n").await.ended(0, "1 entries were changed");
    assert_eq!(app.database.count(there).await, 1);

    let ran = on_a_terminal(&app, both.command("import", &[&customers]), "").await;
    ran.ended(3, "100 %  1501 of 1501 rows").ended(3, "a second").ended(3, "s left");
    ran.ended(3, "created            1500").ended(3, "kunder.rejects.csv").ended(3, "line 1502, column namn");
    assert!(!ran.out.contains('\u{1b}'), "no colours, nothing that moves the cursor: {ran:?}");
    app.finish().await;
}
