//! On a terminal it shows, asks, and draws a bar.

use crate::support::{TestApp, anonymize::Ran};
use std::{
    io::Write,
    process::{Command, Stdio},
};

/// The same command on a terminal of its own, by util-linux, where somebody types this.
async fn on_a_terminal(app: &TestApp, command: Command, types: &'static str) -> Ran {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let quoted = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect::<Vec<_>>().join(" ");
    let mut script = Command::new("script");
    script
        .args(["-qec", &quoted, "/dev/null"])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("SHELL", "/bin/sh");
    script.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    script.current_dir(command.get_current_dir().unwrap());
    script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ended = tokio::task::spawn_blocking(move || {
        let mut child = script.spawn().unwrap();
        let mut keyboard = child.stdin.take().unwrap();
        keyboard.write_all(types.as_bytes()).unwrap();
        // Whoever sits there does not go away.
        let output = child.wait_with_output().unwrap();
        drop(keyboard);
        output
    });
    while !ended.is_finished() {
        app.run_jobs().await;
        tokio::task::yield_now().await;
    }
    let output = ended.await.unwrap();
    let screen = String::from_utf8(output.stdout).unwrap();
    Ran { code: output.status.code(), out: screen.clone(), err: screen }
}

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
