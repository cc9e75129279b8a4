//! The audit log's tree, and what is signed about it.

use super::{Database, TestApp, process::pause};
use kartotek::{
    access::{Engine, Settings},
    checkpoints::{Checkpoints, Line, Signed},
    domain::audit::{self, Beside, Log, Unsealed},
    transparency::{
        leaf,
        note::{self, Checkpoint, SigningKeys},
        tree::{Digest, Growing, Tiles},
        verify::{self, Report},
    },
};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

/// The log's name in tests.
pub const ORIGIN: &str = "audit.bjorkobit.example";

/// Keys of a log, the same for the same seed.
pub fn keys(origin: &str, seed: u8) -> SigningKeys {
    SigningKeys::parse(&SigningKeys::generate(origin, &Zeroizing::new([seed; 32])).unwrap()).unwrap()
}

/// Where what is signed about this database's log is written down.
pub fn file(database: &Database) -> Checkpoints {
    Checkpoints::new(database.beside("audit-checkpoints.jsonl"))
}

/// What was written down so far.
pub fn published(database: &Database) -> Vec<Signed> {
    let lines = file(database).all().unwrap_or_default().into_iter();
    lines.filter_map(|line| if let Line::Whole(line) = line { Some(line) } else { None }).collect()
}

impl Database {
    /// Does what the triggers of a table forbid, as whoever owns the database may.
    pub async fn behind_the_triggers(&self, table: &str, sql: &str) {
        match self.engine {
            // Those of its parts as well.
            Engine::Postgres => {
                let of = format!(
                    "SELECT '{table}' UNION SELECT relid::regclass::text FROM pg_partition_tree('{table}')"
                );
                for table in self.texts(&of).await {
                    self.run(&format!("ALTER TABLE {table} DISABLE TRIGGER ALL")).await;
                }
            }
            Engine::Sqlite => {
                let all =
                    format!("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'");
                for trigger in self.texts(&all).await {
                    self.run(&format!("DROP TRIGGER {trigger}")).await;
                }
            }
        }
        self.run(sql).await;
    }

    /// A column's bytes, all of them zero.
    pub fn zeros(&self, column: &str) -> String {
        match self.engine {
            Engine::Postgres => format!("decode(repeat('00', length({column})), 'hex')"),
            Engine::Sqlite => format!("zeroblob(length({column}))"),
        }
    }
}

/// A login of its own at a database on PostgreSQL.
pub struct Login(String);

impl Login {
    /// One who may read everything, and nothing else.
    pub async fn of_a_reader(database: &Database) -> Self {
        let login = Self::new(database, "reader").await;
        database.run(&format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}", login.0)).await;
        login
    }

    /// One whom a server may have.
    pub async fn of_the_server(database: &Database) -> Self {
        let login = Self::new(database, "server").await;
        database.run(&format!("GRANT kartotek_runtime TO {}", login.0)).await;
        login
    }

    async fn new(database: &Database, kind: &str) -> Self {
        // The database has a name that no other has.
        let name = format!("{kind}_{}", database.url().rsplit('/').next().unwrap().trim_end_matches('?'));
        database.run(&format!("CREATE ROLE {name} LOGIN")).await;
        Self(name)
    }

    /// How they connect.
    pub fn settings(&self, database: &Database) -> Settings {
        let (_, place) = database.url().split_once('@').unwrap();
        Settings { url: format!("postgres://{}@{place}", self.0).into(), connections: 2 }
    }

    /// Has the program work as them.
    pub fn runs(&self, command: &mut std::process::Command, database: &Database) {
        command.env("KARTOTEK_DATABASE_URL", self.settings(database).url.expose_secret());
    }

    pub async fn leave(self, database: &Database) {
        database.run(&format!("DROP OWNED BY {}", self.0)).await;
        database.run(&format!("DROP ROLE {}", self.0)).await;
    }
}

impl TestApp {
    /// Seals all that has happened; what was signed last.
    pub async fn try_to_seal(&self, keys: SigningKeys) -> Result<Option<i64>, Unsealed> {
        let sealed = Log::new(keys, file(&self.database)).seal(&self.server.door).await?;
        Ok(sealed.map(|sealed| sealed.checkpoint.tree_size))
    }

    /// The same, which must go well; what is published then.
    pub async fn seal(&self) -> Checkpoint {
        self.try_to_seal(keys(ORIGIN, 1)).await.unwrap();
        let newest = file(&self.database).newest(ORIGIN).unwrap().unwrap();
        note::open(newest.note.as_bytes(), keys(ORIGIN, 1).verifier_keys()).unwrap()
    }

    /// Waits until no transaction that began before the last event is open anywhere, such as another test's: until then the sealer
    /// cannot know that none comes before it any more.
    pub async fn all_have_come(&self) {
        if self.database.engine == Engine::Sqlite {
            return;
        }
        let open = "SELECT 'open' FROM audit_event HAVING max(xid::text::bigint) >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
        let over = async {
            while !self.database.texts(open).await.is_empty() {
                pause(std::time::Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_mins(1), over).await.unwrap();
    }

    /// The log beside what was written down about it, and all that the database says was signed.
    pub async fn look_through_log(&self) -> Report {
        self.look_through_log_by(&published(&self.database)).await
    }

    /// The log beside what somebody has saved.
    pub async fn look_through_log_by(&self, saved: &[Signed]) -> Report {
        let keys = keys(ORIGIN, 1);
        let saved = saved.iter().map(|one| {
            let said = note::open(one.note.as_bytes(), keys.verifier_keys()).unwrap();
            verify::Signed { size: said.size, root: said.root, outside: true, whence: "saved".to_owned() }
        });
        let door = &self.server.door;
        let beside = Beside { saved: saved.collect(), keys: keys.verifier_keys(), ..Beside::default() };
        audit::verify(door, beside, |_, _| {}).await.unwrap().0
    }

    /// The root of the tree over the events as they are stored, in the order of their places.
    pub async fn root_by_hand(&self) -> (u64, Digest) {
        let sql = "SELECT e.body, l.leaf_index FROM audit_leaf l JOIN audit_event e ON e.event_id = l.event_id \
                   ORDER BY l.leaf_index";
        let mut tree = Growing::from(0, Tiles::default()).unwrap();
        for row in self.database.rows(sql).await {
            let (body, index): (Vec<u8>, i64) =
                (row.try_get("", "body").unwrap(), row.try_get("", "leaf_index").unwrap());
            assert_eq!(u64::try_from(index).unwrap(), tree.size(), "no place is left out");
            tree.push(leaf(&body));
        }
        (tree.size(), tree.root().unwrap())
    }
}
