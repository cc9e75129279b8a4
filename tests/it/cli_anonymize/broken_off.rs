//! Whoever stops following, or loses the server, can go on; the job does in any case.

use crate::support::{
    Database, TestApp,
    command::Ran,
    process::{Process, kartotek, pause},
};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// The command, once it has said on standard output that its work was accepted; and the job's id.
fn accepted(mut command: Command) -> (Child, String) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let line = serde_json::from_str::<Value>(&line).unwrap_or_else(|_| {
        let mut err = String::new();
        child.stderr.as_mut().unwrap().read_to_string(&mut err).unwrap();
        panic!("{line} {err}")
    });
    (child, line["job"]["id"].as_str().unwrap().to_owned())
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[tokio::test]
async fn ctrl_c_leaves_a_job_that_goes_on_and_says_how_to_follow_it() {
    let app = TestApp::reachable().await;
    let list = app.file("list", app.registered(8300..8302).await.join("\n"));
    let officer = app.compliance();
    let command = officer.anonymize(&["--references", &list, "--reason", "Gallring", "--yes", "--json"]);
    let (child, id) = tokio::task::spawn_blocking(|| accepted(command)).await.unwrap();
    signal(&child, "-INT");
    let output = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap()).await.unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    let ran = Ran { code: output.status.code(), out, err };
    ran.ended(130, &format!("--job {id}")).ended(130, &format!("--cancel {id}"));
    let last = ran.lines().pop().unwrap();
    assert_eq!((last["event"].as_str(), last["job"]["id"].as_str()), (Some("interrupted"), Some(&id[..])));
    let followed = app.ran(officer.anonymize(&["--job", &id])).await;
    assert_eq!(followed.ended(0, "").json()["job"]["done"], 2);
    app.finish().await;
}

/// Settings with which the demo's database is served by a process.
fn serve(folder: &Path, database: &Database, port: u16, worker: bool) -> Process {
    let mut command = kartotek(folder, database);
    command.args(["serve", "--demo", "--listen", &format!("127.0.0.1:{port}")]);
    if !worker {
        command.arg("--no-worker");
    }
    command.env("KARTOTEK_MASTER_KEY_FILE", folder.join("master.keys"));
    Process::start(command, "listening").0
}

#[tokio::test]
async fn a_server_that_goes_half_way_and_comes_again() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::demo().await);
    let folder = folder.path();
    std::fs::write(folder.join("master.keys"), format!("{}=", "A".repeat(43))).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = serve(folder, &database, port, false);
    let mut token = kartotek(folder, &database);
    let token = token.args(["token", "--role", "COMPLIANCE"]).output().unwrap();
    let token = String::from_utf8(token.stdout).unwrap();
    let anonymize = |args: &[&str]| {
        let mut command = kartotek(folder, &database);
        command.env("KARTOTEK_TOKEN", token.trim()).stdin(Stdio::null());
        command.env("KARTOTEK_ENDPOINT", format!("http://127.0.0.1:{port}"));
        command.arg("anonymize").args(args);
        command
    };
    std::fs::write(folder.join("list"), "K-1001\nK-1002\n").unwrap();
    let args = ["--references", "list", "--reason", "Gallring", "--yes", "--json", "--retry-for", "1s"];
    let (child, id) = accepted(anonymize(&args));
    drop(server);
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(75), "{err}");
    assert!(err.contains("cannot be reached") && err.contains(&format!("--job {id}")), "{err}");

    // One who is more patient sees its end.
    let mut patient = anonymize(&["--job", &id, "--retry-for", "60s"]);
    let patient = patient.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    pause(Duration::from_millis(500)).await;
    let server = serve(folder, &database, port, true);
    let output = tokio::task::spawn_blocking(|| patient.wait_with_output().unwrap()).await.unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(err.contains("it is tried again"), "{err}");
    let done = serde_json::from_slice::<Value>(&output.stdout).unwrap();
    assert_eq!((done["job"]["id"].as_str(), done["job"]["done"].as_u64()), (Some(&id[..]), Some(2)));
    drop(server);
    database.discard().await;
}
