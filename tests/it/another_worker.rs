//! `kartotek worker` does what `kartotek serve --no-worker` leaves: at the demo's own systems, a row and a third party's record
//! go, and both can be looked at from outside.

use crate::support::{
    Database,
    process::{Process, kartotek, pause, run},
};
use serde_json::{Value, json};
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// Longer than it takes to look for what is to be done, and to do it.
const PATIENCE: Duration = Duration::from_mins(1);

/// How soon it is looked again.
const AGAIN: Duration = Duration::from_millis(200);

const SUBSCRIPTIONS: &str =
    "{ customer(reference: \"K-1004\") { serviceSubscriptions(first: 9) { nodes { id service { key } } } } }";

const END: &str = "mutation ($input: EndSubscriptionInput!) { endSubscription(input: $input) {
    plan { planHash systems { system { name } } } userErrors { code } } }";

const TASKS: &str = "{ customer(reference: \"K-1004\") { tasks(first: 20) { nodes {
    state outcome via system { name } evidence { kind rowsChanged document } } } } }";

fn serve(folder: &Path, database: &Database) -> (Process, String) {
    let mut command = kartotek(folder, database);
    command.args(["serve", "--demo", "--no-worker", "--listen", "127.0.0.1:0"]);
    let (server, said) = Process::start(command, "listening address=");
    let (_, address) = said.split_once("listening address=").unwrap();
    (server, format!("http://{address}/graphql"))
}

/// With what the demo gives its own server: folders below `data`, and this machine.
fn worker(folder: &Path, database: &Database) -> Command {
    let mut command = kartotek(folder, database);
    command.arg("worker").env("KARTOTEK_CONNECTOR_HOSTS", "127.0.0.1");
    command.env("KARTOTEK_CONNECTOR_NETWORKS", "127.0.0.1");
    command.env("KARTOTEK_CONNECTOR_SQLITE_DIR", "data/demo/in-house");
    command.env("KARTOTEK_SECRETS_DIR", "data/demo/secrets");
    command
}

struct Api<'a> {
    url: String,
    folder: &'a Path,
    database: &'a Database,
}

impl Api<'_> {
    async fn ask(&self, role: &str, query: &str, variables: Value) -> Value {
        let output = kartotek(self.folder, self.database).args(["token", "--role", role]).output().unwrap();
        let token = String::from_utf8(output.stdout).unwrap();
        let request = reqwest::Client::new().post(&self.url).bearer_auth(token.trim());
        let purpose = if role == "AGENT" { "CONTACT" } else { "OVERSIGHT" };
        let request = request.header("Access-Purpose", purpose);
        let body = json!({ "query": query, "variables": variables });
        let answer = request.json(&body).send().await.unwrap().json::<Value>().await.unwrap();
        assert!(answer["errors"].is_null(), "{answer}");
        answer["data"].clone()
    }

    /// The one task at a system.
    async fn task_at(&self, system: &str) -> Value {
        let answer = self.ask("COMPLIANCE", TASKS, json!({})).await;
        let tasks = answer["customer"]["tasks"]["nodes"].as_array().unwrap().clone();
        let mut there = tasks.into_iter().filter(|task| task["system"]["name"] == system);
        let task = there.next().unwrap_or_else(|| panic!("no task at {system}: {answer}"));
        assert!(there.next().is_none(), "{answer}");
        task
    }
}

/// How many rows there are.
async fn count(folder: &Path, file: &str, query: &'static str) -> i64 {
    let file = folder.join("data/demo").join(file);
    let mut connection = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap()
}

async fn plans(folder: &Path) -> i64 {
    let query = "SELECT count(*) FROM backup_plan WHERE customer_id = 'KR-1004'";
    count(folder, "in-house/kundregister.db", query).await
}

async fn held(folder: &Path) -> i64 {
    let query = "SELECT count(*) FROM holds WHERE reference = '1004-backup'";
    count(folder, "old-mill-vault/record.db", query).await
}

#[tokio::test]
async fn a_worker_does_what_a_server_without_one_leaves() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::empty().await);
    let folder = folder.path();
    let (server, url) = serve(folder, &database);
    let api = Api { url, folder, database: &database };
    assert_eq!((plans(folder).await, held(folder).await), (1, 1));

    let found = api.ask("COMPLIANCE", SUBSCRIPTIONS, json!({})).await;
    let all = found["customer"]["serviceSubscriptions"]["nodes"].as_array().unwrap();
    let backup = all.iter().find(|one| one["service"]["key"] == "backup").unwrap();
    let mut input = json!({ "serviceSubscriptionId": backup["id"], "reason": "moved", "dryRun": true });
    let planned = api.ask("AGENT", END, json!({ "input": input })).await;
    input["dryRun"] = json!(false);
    input["planHash"] = planned["endSubscription"]["plan"]["planHash"].clone();
    let ended = api.ask("AGENT", END, json!({ "input": input })).await;
    assert_eq!(ended["endSubscription"]["userErrors"], json!([]), "{ended}");

    // Twice as long as a worker would need to see it.
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(10) {
        pause(AGAIN).await;
    }
    for system in ["Kundregister", "Old Mill valv"] {
        assert_eq!(api.task_at(system).await["state"], "PENDING");
    }
    let (worker, _) = Process::start(worker(folder, &database), "working");
    for (system, via, kind) in [("Kundregister", "SQL", "READ_BACK"), ("Old Mill valv", "HTTP", "CONFIRMED")]
    {
        let since = Instant::now();
        let task = loop {
            let task = api.task_at(system).await;
            if task["state"] == "SUCCEEDED" {
                break task;
            }
            assert!(since.elapsed() < PATIENCE, "{task}");
            pause(AGAIN).await;
        };
        assert_eq!((&task["via"], &task["evidence"]["kind"]), (&json!(via), &json!(kind)), "{task}");
    }
    assert_eq!((plans(folder).await, held(folder).await), (0, 0));
    assert_eq!(count(folder, "in-house/kundregister.db", "SELECT count(*) FROM backup_plan").await, 2);
    assert_eq!(worker.stop(), Some(0));
    assert_eq!(server.stop(), Some(0));

    // The demo finds all of it as it was left.
    let (server, _) = serve(folder, &database);
    assert_eq!((plans(folder).await, held(folder).await), (0, 0));
    assert_eq!(server.stop(), Some(0));
    let mode = |file: &str| {
        use std::os::unix::fs::PermissionsExt;
        folder.join("data/demo").join(file).metadata().unwrap().permissions().mode() & 0o777
    };
    assert_eq!(
        (mode("secrets/old-mill-vault"), mode("in-house/kundregister.db"), mode("secrets")),
        (0o600, 0o600, 0o700)
    );
    database.discard().await;
}

#[tokio::test]
async fn a_worker_migrates_nothing_and_makes_nothing() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::empty().await);
    let keys = folder.path().join("keys");
    std::fs::write(&keys, format!("{}=", "A".repeat(43))).unwrap();
    let mut command = worker(folder.path(), &database);
    command.env("KARTOTEK_MASTER_KEY_FILE", &keys);
    let (code, told) = run(command);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("kartotek migrate") || told.contains("kartotek serve"), "{told}");

    let mut command = worker(folder.path(), &database);
    command.env("KARTOTEK_DATABASE_URL", "sqlite://none.db").env("KARTOTEK_MASTER_KEY_FILE", &keys);
    let (code, told) = run(command);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("there is no database at none.db"), "{told}");
    assert!(!folder.path().join("none.db").exists());
    database.discard().await;
}
