//! The disk takes no more, or the database goes away: nobody is answered and nothing changes, and when it is back all is as before,
//! without a restart.

use crate::support::{
    Database,
    process::{Process, kartotek, pause},
    seal::ORIGIN,
};
use kartotek::access::Engine;
use serde_json::{Value, json};
use std::{
    process::Command,
    time::{Duration, Instant},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

const LOOK: &str = "{ customers(first: 3) { nodes { reference profile { name } } } }";
const REGISTER: &str = "mutation ($reference: String!) { registerCustomer(input: { reference: $reference, kind: PERSON, locale: SV, \
                        channel: PHONE, profile: { name: \"Ny Kund\" } }) { customer { id } userErrors { code } } }";

/// The program, serving, as somebody asks it.
struct Served {
    folder: tempfile::TempDir,
    database: Database,
    process: Process,
    url: String,
    token: String,
    client: reqwest::Client,
}

impl Served {
    /// With the example company, reaching the database at this URL.
    async fn at(database: Database, url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = || {
            let mut command = kartotek(folder.path(), &database);
            command.env("KARTOTEK_DATABASE_URL", url);
            command.env("KARTOTEK_AUDIT_KEY_FILE", "audit.key");
            command
        };
        let key = program().args(["audit", "key", "--origin", ORIGIN, "audit.key"]).output().unwrap();
        assert!(key.status.success(), "{}", String::from_utf8_lossy(&key.stderr));
        // Whoever writes too much is told so, as on a full disk, and not killed.
        let plain = program();
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(plain.get_program());
        command.args(["serve", "--demo", "--listen", "127.0.0.1:0"]);
        command.current_dir(folder.path()).env_clear();
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let (process, said) = Process::start(command, "listening address=");
        let address = said.split_once("listening address=").unwrap().1;
        let url = format!("http://{address}/graphql");
        let token = program().args(["token", "--role", "AGENT"]).output().unwrap().stdout;
        let token = String::from_utf8(token).unwrap().trim().to_owned();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        Self { folder, database, process, url, token, client }
    }

    async fn ask(&self, query: &str, variables: Value) -> (u16, Value) {
        let asked =
            self.client.post(&self.url).bearer_auth(&self.token).header("Access-Purpose", "DELIVER_SERVICE");
        let answer = asked.json(&json!({ "query": query, "variables": variables })).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn looks(&self) -> bool {
        let (status, answer) = self.ask(LOOK, json!({})).await;
        status == 200 && answer["data"]["customers"]["nodes"][0]["reference"].is_string()
    }

    /// Nobody is told anything, and nothing is changed, however many ask at once; in a time that one can wait.
    async fn is_silent(&self, when: &str) {
        let begun = Instant::now();
        let looks = (0..40).map(|_| self.ask(LOOK, json!({})));
        for (status, answer) in futures::future::join_all(looks).await {
            // Where not even the field can be looked at, that says so.
            let of_field = status == 200
                && answer["errors"][0]["path"] == json!(["customers"])
                && answer["data"].is_null();
            assert!(of_field || (status == 503 && answer.get("data").is_none()), "{when}: {status} {answer}");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{when}: {answer}");
        }
        let (_, answer) = self.ask(REGISTER, json!({ "reference": "K-OUTAGE-1" })).await;
        assert!(answer["data"]["registerCustomer"].is_null(), "{when}: {answer}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{when}: {answer}");
        assert!(begun.elapsed() < Duration::from_secs(45), "{when}: {:?}", begun.elapsed());
    }

    /// Somebody is answered again, soon, and what was not said to be done was not.
    async fn is_back(&self, when: &str) {
        let begun = Instant::now();
        while !self.looks().await {
            assert!(begun.elapsed() < Duration::from_secs(30), "{when}");
            pause(Duration::from_millis(100)).await;
        }
        let there = self.database.rows("SELECT id FROM customer WHERE reference = 'K-OUTAGE-1'").await;
        assert_eq!(there.len(), 0, "{when}");
        // A connection that was cut is missed by who is given it first.
        loop {
            let (_, answer) = self.ask(REGISTER, json!({ "reference": format!("K-{when}") })).await;
            if answer["data"]["registerCustomer"]["customer"]["id"].is_string() {
                break;
            }
            assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{when}: {answer}");
            assert!(begun.elapsed() < Duration::from_secs(30), "{when}");
            pause(Duration::from_millis(100)).await;
        }
    }

    /// The log is what was signed; all of it is, some seconds on.
    async fn ends_sound(self) {
        let verify = || {
            let mut command = kartotek(self.folder.path(), &self.database);
            command.env("KARTOTEK_AUDIT_KEY_FILE", "audit.key").args(["audit", "verify"]).output().unwrap()
        };
        let begun = Instant::now();
        loop {
            let output = verify();
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert_eq!(output.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&output.stderr));
            if said.contains(" 0 are not yet") {
                break;
            }
            // It tries again half a minute after it failed.
            assert!(begun.elapsed() < Duration::from_mins(1), "{said}");
            pause(Duration::from_millis(500)).await;
        }
        assert_eq!(self.process.stop(), Some(0));
        self.database.discard().await;
    }
}

/// On SQLite the program's own writes fail; PostgreSQL says itself that its disk is full.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_disk_is_full_nobody_is_answered_until_there_is_space() {
    let database = Database::empty().await;
    let url = database.url().to_owned();
    let served = Served::at(database, &url).await;
    assert!(served.looks().await);
    for round in ["FULL-1", "FULL-2"] {
        served.fill_disk(true).await;
        served.is_silent(round).await;
        served.fill_disk(false).await;
        served.is_back(round).await;
    }
    served.ends_sound().await;
}

impl Served {
    async fn fill_disk(&self, full: bool) {
        match self.database.engine {
            Engine::Sqlite => {
                let limit = if full { "--fsize=4096:unlimited" } else { "--fsize=unlimited:unlimited" };
                let set =
                    Command::new("prlimit").args(["--pid", &self.process.id().to_string(), limit]).status();
                assert!(set.unwrap().success());
            }
            Engine::Postgres if full => {
                let sql = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                           RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
                           CREATE TRIGGER full_disk BEFORE INSERT ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION full_disk()";
                self.database.run(sql).await;
            }
            Engine::Postgres => self.database.run("DROP FUNCTION full_disk() CASCADE").await,
        }
    }
}

/// PostgreSQL behind a wire that can be cut. SQLite is a file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_database_goes_away_nobody_is_answered_until_it_is_back() {
    if Database::engine_of_all() == Engine::Sqlite {
        return;
    }
    let database = Database::empty().await;
    let wire = Wire::to(database.url()).await;
    let served = Served::at(database, &wire.url).await;
    assert!(served.looks().await);
    for round in ["GONE-1", "GONE-2"] {
        wire.cut.send_replace(true);
        served.is_silent(round).await;
        wire.cut.send_replace(false);
        served.is_back(round).await;
    }
    served.ends_sound().await;
}

/// What passes everything on, and cuts all of it when it is told to: connections end, and new ones are ended at once.
struct Wire {
    url: String,
    cut: watch::Sender<bool>,
}

impl Wire {
    async fn to(url: &str) -> Self {
        let (before, rest) = url.split_once('@').unwrap();
        let (host, name) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{before}@{}/{name}", listener.local_addr().unwrap());
        let (cut, is_cut) = watch::channel(false);
        let host = if host.contains(':') { host.to_owned() } else { format!("{host}:5432") };
        tokio::spawn(async move {
            while let Ok((mut one, _)) = listener.accept().await {
                let (host, mut is_cut) = (host.clone(), is_cut.clone());
                tokio::spawn(async move {
                    if *is_cut.borrow() {
                        return;
                    }
                    let mut other = TcpStream::connect(host).await.unwrap();
                    tokio::select! {
                        _ = copy_bidirectional(&mut one, &mut other) => {}
                        _ = is_cut.wait_for(|cut| *cut) => {}
                    }
                });
            }
        });
        Self { url, cut }
    }
}
