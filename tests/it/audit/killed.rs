//! Killed at any write to the disk or the database, in the middle of a request or of sealing: every event that was acknowledged is
//! there, the log is what was signed, and nothing is ever signed in another way. At every twentieth write, or at as many as
//! `KILL_AT_EVERY` says: 1 for all of them, which are some hundreds.

#![expect(clippy::disallowed_methods, reason = "the environment says how often")]

use crate::support::{Database, process::kartotek, seal::ORIGIN};
use kartotek::access::Engine;
use serde_json::json;
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// The program under `strace`, which kills it. Ends with its test.
struct Traced(Child);

impl Traced {
    fn is_gone(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    /// Kills the program, which nothing has killed so far, and so what traces it.
    fn kill(&mut self) {
        let id = self.0.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        for child in children.split_whitespace() {
            let _ = Command::new("kill").args(["-KILL", child]).status();
        }
        let _ = self.0.wait();
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Where the program is killed: at the `nth` of these calls of one of its threads, about a file if one is named.
struct Kill<'a> {
    calls: &'a str,
    about: Option<&'a Path>,
    nth: u32,
}

const NEVER: Kill<'static> = Kill { calls: "fsync", about: None, nth: 60_000 };

struct Ground {
    folder: tempfile::TempDir,
    database: Database,
    acknowledged: BTreeSet<String>,
}

impl Ground {
    /// The example company, which was served and signed before.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut ground = Self { folder, database: Database::empty().await, acknowledged: BTreeSet::new() };
        let key = ground.program().args(["audit", "key", "--origin", ORIGIN, "audit.key"]).output().unwrap();
        assert!(key.status.success(), "{}", String::from_utf8_lossy(&key.stderr));
        assert!(!ground.serve(&NEVER, 3).await);
        ground
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("audit-checkpoints.jsonl")
    }

    fn program(&self) -> Command {
        kartotek(self.folder.path(), &self.database)
    }

    /// Serves until it is killed, or has answered so many, while it seals. Back comes whether it was killed.
    async fn serve(&mut self, kill: &Kill<'_>, most: usize) -> bool {
        let plain = self.program();
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", "signal=none"]);
        command.arg("-e").arg(format!("trace={}", kill.calls));
        command.arg("-e").arg(format!("inject={}:signal=KILL:when={}", kill.calls, kill.nth));
        if let Some(path) = kill.about {
            command.arg("-P").arg(path);
        }
        command.arg(plain.get_program()).args(["serve", "--demo", "--listen", "127.0.0.1:0"]);
        command.current_dir(self.folder.path()).env_clear();
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
            .env("KARTOTEK_AUDIT_KEY_FILE", "audit.key")
            .env("KARTOTEK_AUDIT_CHECKPOINT_FILE", self.file());
        command.env("KARTOTEK_LOG_LEVEL", "info").stdout(Stdio::null()).stderr(Stdio::piped());
        let mut traced = Traced(command.spawn().unwrap());
        let mut lines = BufReader::new(traced.0.stderr.take().unwrap()).lines();
        let mut said = String::new();
        let address = lines.find_map(|line| {
            let line = line.ok()?;
            said += &line;
            line.split_once("listening address=").map(|(_, address)| address.to_owned())
        });
        std::thread::spawn(move || lines.for_each(drop));
        let Some(address) = address else {
            assert!(!said.contains("error:") && !said.contains("strace:"), "it did not start: {said}");
            return true;
        };
        let token = self.program().args(["token", "--role", "AGENT"]).output().unwrap().stdout;
        let token = String::from_utf8(token).unwrap();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().unwrap();
        for _ in 0..most {
            let asked = client.post(format!("http://{address}/graphql")).bearer_auth(token.trim());
            let body = json!({ "query": "{ customers(first: 1) { nodes { reference } } }" });
            let answer = asked.header("Access-Purpose", "DELIVER_SERVICE").json(&body).send().await;
            let Ok(answer) = answer else { break };
            let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
            let Ok(answer) = answer.json::<serde_json::Value>().await else { break };
            if answer["data"]["customers"].is_object() {
                self.acknowledged.insert(id);
            }
        }
        // It seals every second.
        for _ in 0..25 {
            if traced.is_gone() {
                return true;
            }
            tokio::time::timeout(Duration::from_millis(100), std::future::pending::<()>()).await.unwrap_err();
        }
        traced.kill();
        false
    }

    /// Whether all that was acknowledged is there, and the log is what was signed, here and in the file.
    async fn check(&self, told: &str) {
        let mut verify = self.program();
        verify.env("KARTOTEK_AUDIT_KEY_FILE", "audit.key").env("KARTOTEK_AUDIT_CHECKPOINT_FILE", self.file());
        let verified = verify.args(["audit", "verify"]).output().unwrap();
        let said = String::from_utf8_lossy(&verified.stdout);
        assert_eq!(
            verified.status.code(),
            Some(0),
            "{told}: {said}{}",
            String::from_utf8_lossy(&verified.stderr)
        );
        let there = self.database.texts("SELECT DISTINCT request_id FROM audit_event").await;
        let there = there.into_iter().collect::<BTreeSet<_>>();
        let lost = self.acknowledged.difference(&there).collect::<Vec<_>>();
        assert!(lost.is_empty(), "{told}: acknowledged, and lost: {lost:?}");
    }
}

/// Whether programs can be traced here.
fn can_trace() -> bool {
    let tried = Command::new("strace").args(["-f", "-qq", "-e", "trace=none", "true"]).output();
    let can = tried.is_ok_and(|tried| tried.status.success());
    if !can {
        println!("no strace here, or it may not trace: nothing is killed at its calls");
    }
    can
}

#[tokio::test]
async fn killed_at_any_write_the_log_is_whole_and_there_is_one() {
    if !can_trace() {
        return;
    }
    let mut ground = Ground::new().await;
    let file = ground.file();
    let calls = match ground.database.engine {
        Engine::Sqlite => "pwrite64,fsync,fdatasync",
        Engine::Postgres => "sendto,fsync",
    };
    // While it starts, in requests, and while it seals, until no thread of it makes as many calls; then at whatever it does with the
    // file of checkpoints.
    let every = std::env::var("KILL_AT_EVERY").map_or(20, |every| every.parse().unwrap());
    let about = Some(file.as_path());
    for (calls, about, every) in [(calls, None, every), ("openat,write,fsync,flock", about, 1)] {
        let mut kills = (1..).step_by(every).map(|nth| Kill { calls, about, nth });
        let mut killed = 0;
        loop {
            let kill = kills.next().unwrap();
            let is_killed = ground.serve(&kill, 20).await;
            ground.check(&format!("killed at {calls} {} {}", kill.nth, about.is_some())).await;
            if !is_killed {
                break;
            }
            killed += 1;
        }
        println!("killed {killed} times at {calls}");
        assert!(killed >= 5, "{killed} kills at {calls}");
    }
    assert!(ground.acknowledged.len() > 20, "{} acknowledged", ground.acknowledged.len());
    // Left alone it seals the rest, and each size was signed once.
    assert!(!ground.serve(&NEVER, 5).await);
    ground.check("left alone").await;
    let lines = fs::read_to_string(&file).unwrap();
    let sizes = lines.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let sizes = sizes.map(|line| line["size"].as_u64().unwrap()).collect::<Vec<_>>();
    assert!(sizes.len() > 5 && sizes.windows(2).all(|two| two[0] < two[1]), "{sizes:?}");
    ground.database.discard().await;
}
