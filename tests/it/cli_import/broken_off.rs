//! However it ends before its end, the same command again goes on, and what is there at last is what one run brings.

use crate::support::{
    Database,
    process::{Process, kartotek, pause},
};
use serde_json::Value;
use std::{
    fmt::Write,
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const CUSTOMERS: usize = 3_600;

/// Rows that are wrong.
const WRONG: usize = CUSTOMERS / 100;

/// Of 1,000 rows each.
const CHUNKS: u32 = 4 + 8;

/// How often it is killed.
const KILLS: u32 = 20;

/// Files of customers and of where their data lies, with a wrong row now and then.
fn files(folder: &Path) {
    fs::write(folder.join("master.keys"), format!("{}=", "A".repeat(43))).unwrap();
    let (mut customers, mut places) =
        ("kundnummer;namn;e-post\n".to_owned(), "kund;system;kategori;insamlad;externreferens\n".to_owned());
    for n in 0..CUSTOMERS {
        let at = if n % 100 == 99 { "#" } else { "@" };
        let _ = writeln!(customers, "B-{n};Kund {n};kund{n}{at}kund.example");
        for system in ["Faktureringssystem", "Kundregister"] {
            let _ = writeln!(places, "B-{n};{system};user.name;2024-01-01;{n}");
        }
    }
    fs::write(folder.join("kunder.csv"), customers).unwrap();
    fs::write(folder.join("platser.csv"), places).unwrap();
}

fn import(folder: &Path, database: &Database) -> Command {
    let mut command = kartotek(folder, database);
    command.env("KARTOTEK_MASTER_KEY_FILE", folder.join("master.keys")).stdin(Stdio::null());
    command.args(["import", "kunder.csv", "platser.csv"]);
    command
}

fn spawn(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// How a run ended, and its summaries.
fn summaries(child: Child) -> (Option<i32>, Vec<Value>, String) {
    let output = child.wait_with_output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code(), lines, String::from_utf8(output.stderr).unwrap())
}

/// All that an import leaves, but for ids, times and what is sealed.
async fn state(database: &Database) -> Vec<String> {
    let mut all = Vec::new();
    for sql in [
        "SELECT reference || ' ' || status || ' ' || kind FROM customer WHERE reference LIKE 'B-%' ORDER BY reference",
        "SELECT c.reference || ' ' || s.name || ' ' || l.category || ' ' || l.state || ' ' || coalesce(l.external_reference, '') \
         FROM data_location l JOIN customer c ON c.id = l.customer_id JOIN system s ON s.id = l.system_id \
         WHERE c.reference LIKE 'B-%' ORDER BY 1",
        // Whom the log names, once for each chunk that they are in.
        "SELECT c.reference || ' ' || e.operation || ' ' || count(*) FROM audit_subject a JOIN customer c ON c.id = a.customer_id \
         JOIN audit_event e ON e.event_id = a.event_id WHERE c.reference LIKE 'B-%' AND e.operation LIKE 'import%' \
         GROUP BY c.reference, e.operation ORDER BY 1",
        "SELECT kind || ' ' || (finished_at IS NOT NULL) FROM import ORDER BY 1",
        "SELECT i.kind || ' ' || c.number || ' ' || c.created || ' ' || c.unchanged || ' ' || c.rejected FROM import_chunk c \
         JOIN import i ON i.id = c.import_id ORDER BY 1",
    ] {
        all.extend(database.texts(sql).await);
    }
    all
}

#[tokio::test]
async fn killed_twenty_times_it_brings_in_what_one_run_does() {
    let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    files(whole.path());
    files(broken.path());
    let (one, other) = (Database::demo().await, Database::demo().await);
    let began = Instant::now();
    let (code, uninterrupted, err) = summaries(spawn(import(whole.path(), &one)));
    assert_eq!(code, Some(3), "{err}");
    let whole_run = began.elapsed();
    // Nothing is left to do: it only comes and goes.
    let began = Instant::now();
    assert_eq!(summaries(spawn(import(whole.path(), &one))).0, Some(3));
    let beginning = began.elapsed();
    let chunk = whole_run.saturating_sub(beginning) / CHUNKS;

    let mut killed = 0;
    for round in 0..KILLS {
        let mut child = spawn(import(broken.path(), &other));
        // At all moments of a chunk; soon, where more is done than is meant to be by now: some is left for the end.
        let done = other.count("SELECT count(*) FROM import_chunk").await * i64::from(KILLS);
        let is_early = done > i64::from(CHUNKS * round);
        pause(
            beginning.mul_f64(0.9) + if is_early { chunk / 10 } else { chunk * (round * 7 % KILLS) / KILLS },
        )
        .await;
        killed += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let (code, last, err) = summaries(spawn(import(broken.path(), &other)));
    assert_eq!(code, Some(3), "{err}");
    assert!(killed >= KILLS / 2, "it was killed only {killed} times");
    let (is, should) = (state(&other).await, state(&one).await);
    let differs = is.iter().zip(&should).find(|(is, should)| is != should);
    assert_eq!((is.len(), differs), (should.len(), None));
    let counts = |all: &[Value]| {
        all.iter()
            .map(|it| ["created", "unchanged", "rejected"].map(|key| it[key].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(counts(&last), counts(&uninterrupted));
    for rejects in ["kunder.rejects.csv", "platser.rejects.csv"] {
        let read = |folder: &Path| fs::read_to_string(folder.join(rejects)).unwrap();
        assert_eq!(read(broken.path()), read(whole.path()), "{rejects}");
    }
    let left = |folder: &Path| fs::read_dir(folder).unwrap().count();
    assert_eq!(left(broken.path()), left(whole.path()), "nothing else is left of it");
    one.discard().await;
    other.discard().await;
}

#[tokio::test]
async fn a_server_that_goes_half_way_and_comes_again() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::demo().await);
    let folder = folder.path();
    files(folder);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let serve = || {
        let mut command = kartotek(folder, &database);
        command.args(["serve", "--demo", "--no-worker", "--listen", &format!("127.0.0.1:{port}")]);
        command.env("KARTOTEK_MASTER_KEY_FILE", folder.join("master.keys"));
        Process::start(command, "listening").0
    };
    let server = serve();
    let mut token = kartotek(folder, &database);
    let token = token.args(["token", "--role", "COMPLIANCE"]).output().unwrap();
    let token = String::from_utf8(token.stdout).unwrap();
    let import = |patience: &str| {
        let mut command = kartotek(folder, &database);
        command.env("KARTOTEK_TOKEN", token.trim()).stdin(Stdio::null());
        command.env("KARTOTEK_ENDPOINT", format!("http://127.0.0.1:{port}"));
        command.args(["import", "--retry-for", patience, "kunder.csv", "platser.csv"]);
        command
    };
    let child = spawn(import("1s"));
    let some = "SELECT count(*) FROM import_chunk";
    while database.count(some).await == 0 {
        pause(Duration::from_millis(20)).await;
    }
    drop(server);
    let (code, _, err) = summaries(child);
    assert_eq!(code, Some(75), "{err}");
    assert!(err.contains("cannot be reached") || err.contains("did not arrive"), "{err}");
    assert!(err.contains("run the same command again to go on"), "{err}");

    // Whoever is more patient waits for it.
    let patient = spawn(import("60s"));
    pause(Duration::from_millis(500)).await;
    let server = serve();
    let (code, last, err) = tokio::task::spawn_blocking(|| summaries(patient)).await.unwrap();
    assert_eq!(code, Some(3), "{err}");
    assert_eq!((&last[0]["created"], &last[0]["rejected"]), (&(CUSTOMERS - WRONG).into(), &WRONG.into()));
    assert_eq!(last[1]["created"], 2 * (CUSTOMERS - WRONG));
    drop(server);
    database.discard().await;
}
