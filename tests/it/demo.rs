//! Loading the demo company may be interrupted at any step: the next start goes on from there.

use crate::support::{Database, app::parts, clock::FakeClock, clock::start};
use kartotek::{
    domain::demo,
    server::{NotStarted, Server},
};
use secrecy::ExposeSecret;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

async fn server(database: &Database) -> Result<Server, NotStarted> {
    Server::start(parts(database, FakeClock::at(start()))).await
}

/// How many rows loading has left so far.
async fn rows(database: &Database) -> u32 {
    let of = |table: &str| format!("(SELECT count(*) FROM {table})");
    let sum = ["customer", "subscription", "data_location"].map(of).join(" + ");
    database.texts(&format!("SELECT CAST({sum} AS text)")).await[0].parse().unwrap()
}

/// Who has what, without what no two loads share: ids and times.
async fn loaded(database: &Database) -> Vec<String> {
    let services = "SELECT c.reference || ' orders ' || s.key FROM customer c \
                    JOIN subscription o ON o.customer_id = c.id JOIN service s ON s.id = o.service_id";
    let lines = "SELECT c.reference || ' ' || l.category || ' in ' || s.name FROM customer c \
                 JOIN data_location l ON l.customer_id = c.id JOIN system s ON s.id = l.system_id";
    let mut loaded = database.texts("SELECT reference FROM customer").await;
    loaded.extend(database.texts(services).await);
    loaded.extend(database.texts(lines).await);
    loaded.sort();
    loaded
}

#[tokio::test]
async fn a_load_that_is_interrupted_again_and_again_ends_as_one_that_is_not() {
    let database = Database::empty().await;
    let (mut interruptions, mut before) = (0, 0);
    loop {
        let server = server(&database).await.unwrap();
        let is_further = async {
            while rows(&database).await == before {
                tokio::task::yield_now().await;
            }
        };
        let done = tokio::select! {
            loaded = demo::load(&server.door, &server.catalogs) => { loaded.unwrap(); true }
            () = is_further => false,
        };
        server.close().await;
        if done {
            break;
        }
        interruptions += 1;
        before = rows(&database).await;
    }
    assert!(interruptions > 10, "{interruptions}");

    let whole = Database::demo().await;
    assert_eq!(loaded(&database).await, loaded(&whole).await);
    // What is complete is left as it is.
    let server = server(&whole).await.unwrap();
    whole.run("UPDATE subscription SET ended_at = started_at").await;
    let before = loaded(&whole).await;
    demo::load(&server.door, &server.catalogs).await.unwrap();
    assert_eq!(loaded(&whole).await, before);
    // Also once the one who is loaded last is gone, and so has another number.
    whole.run("UPDATE customer SET reference = 'gone-1' WHERE reference = 'K-1001'").await;
    let before = loaded(&whole).await;
    demo::load(&server.door, &server.catalogs).await.unwrap();
    assert_eq!(loaded(&whole).await, before);
    server.close().await;
    whole.discard().await;
    database.discard().await;
}

fn serve(folder: &Path, database: &Database) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kartotek"));
    command.current_dir(folder).env_clear().args(["serve", "--demo", "--listen", "127.0.0.1:0"]);
    command.env("KARTOTEK_DATABASE_URL", database.settings().url.expose_secret());
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Until it says that.
fn says(server: &mut Child, words: &str) {
    let mut lines = BufReader::new(server.stderr.as_mut().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains(words)), "it never said {words}");
}

fn interrupt(server: Child) -> Output {
    let sent = Command::new("kill").args(["-INT", &server.id().to_string()]).status().unwrap();
    assert!(sent.success());
    server.wait_with_output().unwrap()
}

#[tokio::test]
async fn ctrl_c_while_the_demo_is_loaded_ends_well_and_the_next_start_goes_on() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::empty().await);
    for moment in ["note: made", "the database is up to date", "listening"] {
        let mut server = serve(folder.path(), &database).spawn().unwrap();
        says(&mut server, moment);
        let output = interrupt(server);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{moment}: {told}");
    }
    database.discard().await;
}

#[tokio::test]
async fn a_company_of_its_own_gets_no_demo_and_is_told_why() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::empty().await);
    server(&database).await.unwrap().close().await;
    database.run("UPDATE controller SET version = 2, name = 'Ett riktigt bolag AB'").await;
    let keys = folder.path().join("keys");
    std::fs::write(&keys, format!("{}=", "A".repeat(43))).unwrap();
    let output = serve(folder.path(), &database).env("KARTOTEK_MASTER_KEY_FILE", keys).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("This database is a company's own"), "{told}");
    assert!(told.contains("stopping"), "the database was not closed: {told}");
    database.discard().await;
}
