//! The audit log only grows: neither its owner nor the server's own role changes or removes a row of it.

use crate::support::{Database, TestApp, database::Engine, dump::Dump, seal::Login};
use kartotek::{
    access::{Door, SystemClock},
    crypto::MasterKeys,
};
use sea_orm::ConnectionTrait;

/// What would change or remove rows, on either engine. `COLUMNS` stands for all that the server writes, `NEW` for an id
/// after all that are there, and `LAST` for the newest row's.
const ON_EITHER: &[&str] = &[
    "UPDATE audit_event SET outcome = 'FAILED', error_code = 'X'",
    "UPDATE audit_event SET body = body WHERE event_id = LAST",
    "UPDATE audit_event SET leaf = leaf",
    "UPDATE audit_event SET event_id = NEW WHERE event_id = LAST",
    "DELETE FROM audit_event",
    "DELETE FROM audit_event WHERE event_id = LAST",
    "INSERT INTO audit_event (COLUMNS) SELECT COLUMNS FROM audit_event WHERE event_id = LAST
        ON CONFLICT (event_id) DO UPDATE SET outcome = 'FAILED', error_code = 'X'",
    "UPDATE audit_subject SET categories = '[]'",
    "UPDATE audit_subject SET customer_id = NEW",
    "DELETE FROM audit_subject",
    "INSERT INTO audit_subject SELECT * FROM audit_subject WHERE true
        ON CONFLICT (customer_id, event_id) DO UPDATE SET categories = '[]'",
    // Subjects of no event.
    "INSERT INTO audit_subject SELECT customer_id, NEW, categories FROM audit_subject LIMIT 1",
    // The tree, and what was signed about it.
    "UPDATE audit_leaf SET leaf_index = leaf_index + 1000000",
    "UPDATE audit_leaf SET event_id = NEW WHERE leaf_index = 7",
    "DELETE FROM audit_leaf",
    "UPDATE audit_checkpoint SET note = 'another'",
    "DELETE FROM audit_checkpoint",
    "UPDATE audit_tile SET hashes = substr(hashes, 1, 32)",
    "DELETE FROM audit_tile",
];

const ON_SQLITE: &[&str] = &[
    "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event",
    "REPLACE INTO audit_event (COLUMNS) SELECT COLUMNS FROM audit_event",
    "INSERT OR REPLACE INTO audit_event (id, COLUMNS) SELECT id + 1000, COLUMNS FROM audit_event WHERE event_id = LAST",
    "INSERT OR REPLACE INTO audit_event (id, event_id, occurred_at, actor, actor_kind, operation, kind, outcome,
        request_id, body, leaf) SELECT id, NEW, occurred_at, actor, actor_kind, operation, kind, 'ALLOWED',
        request_id, body, leaf FROM audit_event WHERE event_id = LAST",
    "UPDATE OR REPLACE audit_event SET id = 1 WHERE event_id = LAST",
    "UPDATE OR IGNORE audit_event SET id = id + 1000",
    "INSERT OR REPLACE INTO audit_subject SELECT * FROM audit_subject",
    "UPDATE OR REPLACE audit_subject SET customer_id = (SELECT max(customer_id) FROM audit_subject)",
    // Rows with an id between or before those that are there.
    "INSERT INTO audit_event (id, BACKDATED) SELECT 0, OTHERS FROM audit_event WHERE event_id = LAST",
    "INSERT INTO audit_event (id, BACKDATED) SELECT -1, OTHERS FROM audit_event WHERE event_id = LAST",
    "INSERT INTO audit_event (id, BACKDATED) SELECT -2, OTHERS FROM audit_event WHERE event_id = LAST",
    "INSERT OR IGNORE INTO audit_event (id, BACKDATED) SELECT 1, OTHERS FROM audit_event WHERE event_id = LAST",
];

const ON_POSTGRES: &[&str] = &[
    // Subjects of an event of before.
    "INSERT INTO audit_subject SELECT NEW, event_id, '[]' FROM audit_event WHERE event_id = LAST",
    "WITH one AS (INSERT INTO audit_event (COLUMNS) SELECT OTHERS FROM audit_event WHERE event_id = LAST RETURNING body)
        INSERT INTO audit_subject SELECT NEW, event_id, '[]' FROM audit_event WHERE event_id = LAST",
    "TRUNCATE audit_event",
    "TRUNCATE audit_subject",
    "TRUNCATE audit_event, audit_subject RESTART IDENTITY CASCADE",
    "WITH gone AS (DELETE FROM audit_event RETURNING 1) SELECT count(*) FROM gone",
    "MERGE INTO audit_event e USING (SELECT 1) one ON true WHEN MATCHED THEN UPDATE SET actor = 'somebody else'",
    "MERGE INTO audit_event e USING (SELECT 1) one ON true WHEN MATCHED THEN DELETE",
    "UPDATE audit_event SET xid = '3'",
    // Nor by way of the part that they are in.
    "DELETE FROM audit_event_default",
    "UPDATE audit_event_default SET outcome = 'FAILED', error_code = 'X'",
    "TRUNCATE audit_event_default",
    "TRUNCATE audit_leaf",
    "TRUNCATE audit_checkpoint",
    "TRUNCATE audit_tile",
    "UPDATE audit_subject_default SET categories = '[]'",
    "INSERT INTO audit_subject_default SELECT NEW, event_id, '[]' FROM audit_event WHERE event_id = LAST",
    "DELETE FROM audit_subject_default",
    "TRUNCATE audit_subject_default",
];

/// What is not the server's, though it may be the owner's.
const AS_THE_SERVER: &[&str] = &[
    "INSERT INTO audit_event (xid, BACKDATED) SELECT '3', OTHERS FROM audit_event WHERE event_id = LAST",
    "SELECT count(*) FROM audit_event_default",
    "ALTER TABLE audit_event DETACH PARTITION audit_event_default",
    "SELECT make_audit_month('2020-01-01')",
    "SELECT make_audit_part('audit_event', 'audit_event_of_mine', 'DEFAULT')",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "ALTER TABLE audit_event DROP CONSTRAINT audit_event_event_id",
    "ALTER TABLE audit_event ADD COLUMN more text",
    "ALTER TABLE audit_event RENAME TO audit_event_of_old",
    "ALTER TABLE audit_event OWNER TO kartotek_runtime",
    "DROP TRIGGER audit_event_no_change ON audit_event",
    "DROP TABLE audit_subject",
    "DROP TABLE audit_event CASCADE",
    "DROP TRIGGER audit_subject_with_its_event ON audit_subject_default",
    "DROP FUNCTION refuse_change_of_audit_log() CASCADE",
    // Not even while a table of its own stands before the log.
    "CREATE TEMPORARY TABLE audit_event ON COMMIT DROP AS SELECT NEW AS event_id, pg_current_xact_id() AS xid;
        INSERT INTO audit_subject SELECT customer_id, (SELECT event_id FROM pg_temp.audit_event), categories
        FROM audit_subject LIMIT 1",
    "CREATE OR REPLACE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
    "CREATE RULE quiet AS ON INSERT TO audit_event DO INSTEAD NOTHING",
    "CREATE TABLE of_its_own (id int)",
    "SET session_replication_role = replica",
    "INSERT INTO seaql_migrations VALUES ('m_of_ones_own', 0)",
    "DELETE FROM seaql_migrations",
];

/// What a login of the server's own may do as little, which can become nobody else. `OWNER` stands for who owns the tables.
const AS_ITS_LOGIN: &[&str] = &[
    "SET ROLE OWNER",
    "SET SESSION AUTHORIZATION OWNER",
    "GRANT OWNER TO current_user",
    "ALTER ROLE current_user SUPERUSER",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY audit_event FROM PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/kartotek-audit-test'",
    "CREATE FUNCTION of_mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE EXTENSION dblink",
    "ALTER TABLE audit_event ALTER COLUMN event_id DROP NOT NULL",
    "ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_pkey",
    "ALTER SYSTEM SET session_replication_role = replica",
];

const COLUMNS: &str = "event_id, occurred_at, actor, actor_kind, operation, kind, outcome, error_code, purpose, \
                       request_id, body, leaf";

/// The same with an id of its own.
fn spelled(sql: &str, engine: Engine) -> String {
    let new = match engine {
        Engine::Sqlite => "unhex('ff' || hex(randomblob(15)))",
        Engine::Postgres => "('ff' || substr(gen_random_uuid()::text, 3))::uuid",
    };
    sql.replace("OTHERS", &COLUMNS.replace("event_id", "NEW"))
        .replace("BACKDATED", COLUMNS)
        .replace("COLUMNS", COLUMNS)
        .replace("LAST", "(SELECT event_id FROM audit_event ORDER BY event_id DESC LIMIT 1)")
        .replace("NEW", new)
}

async fn log(database: &Database) -> Dump {
    let dump = database.dump(|table| table.starts_with("audit_")).await;
    assert!(dump["audit_event"].len() > 50 && dump["audit_subject"].len() > 50);
    dump
}

/// That each is refused for what it is, and leaves the log as it was.
async fn refuses(database: &Database, by: &impl ConnectionTrait, attacks: &[&str], because: &[&str]) {
    let before = log(database).await;
    for attack in attacks {
        let sql = spelled(attack, database.engine);
        let said = by
            .execute_unprepared(&sql)
            .await
            .map_or_else(|error| error.to_string(), |done| format!("{done:?}"));
        assert!(because.iter().any(|reason| said.contains(reason)), "{sql}: {said}");
        assert!(log(database).await == before, "{sql} has changed the log");
    }
}

/// A row can be added, and these statements fail for nothing else.
async fn takes_new_rows(database: &Database, by: &impl ConnectionTrait) {
    let event = "INSERT INTO audit_event (BACKDATED) SELECT OTHERS FROM audit_event WHERE event_id = LAST";
    let subject =
        "INSERT INTO audit_subject SELECT NEW, event_id, '[]' FROM audit_event WHERE event_id = LAST";
    by.execute_unprepared("BEGIN").await.unwrap();
    for sql in [event, subject] {
        let added = by.execute_unprepared(&spelled(sql, database.engine)).await.unwrap();
        assert_eq!(added.rows_affected(), 1, "{sql}");
    }
    by.execute_unprepared("ROLLBACK").await.unwrap();
}

#[tokio::test]
async fn the_owner_cannot_change_the_log() {
    let app = TestApp::new().await;
    app.seal().await;
    let (database, refused) = (&app.database, ["the audit log is append-only"]);
    takes_new_rows(database, database.owner()).await;
    refuses(database, database.owner(), ON_EITHER, &refused).await;
    match database.engine {
        Engine::Sqlite => refuses(database, database.owner(), ON_SQLITE, &refused).await,
        Engine::Postgres => {
            refuses(database, database.owner(), ON_POSTGRES, &refused).await;
            // Not even while it says that it only repeats what another server did.
            database.run("SET session_replication_role = replica").await;
            refuses(database, database.owner(), ON_EITHER, &refused).await;
            refuses(database, database.owner(), ON_POSTGRES, &refused).await;
            database.run("RESET session_replication_role").await;
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn the_servers_own_role_cannot_change_the_log() {
    let app = TestApp::new().await;
    app.seal().await;
    let (database, runtime) = (&app.database, app.database.as_runtime().await);
    takes_new_rows(database, &runtime).await;
    match database.engine {
        // SQLite knows no roles: what is tried here is the server's own settings.
        Engine::Sqlite => {
            runtime.execute_unprepared("PRAGMA recursive_triggers = ON").await.unwrap();
            let refused = ["the audit log is append-only"];
            refuses(database, &runtime, ON_EITHER, &refused).await;
            refuses(database, &runtime, ON_SQLITE, &refused).await;
        }
        Engine::Postgres => {
            let refused = ["the audit log is append-only", "permission denied", "must be owner"];
            refuses(database, &runtime, ON_EITHER, &refused).await;
            refuses(database, &runtime, ON_POSTGRES, &refused).await;
            refuses(database, &runtime, AS_THE_SERVER, &refused).await;
        }
    }
    runtime.close().await.unwrap();
    app.finish().await;
}

/// With a login of its own the server cannot become anybody who may do more, and says of one that can that it can.
#[tokio::test]
async fn a_login_of_the_servers_own_becomes_nobody_else() {
    let app = TestApp::new().await;
    app.seal().await;
    let database = &app.database;
    if database.engine == Engine::Sqlite {
        return app.finish().await;
    }
    assert!(app.server.door.owner_in_reach().await.unwrap());
    let login = Login::of_the_server(database).await;
    let settings = login.settings(database);
    let keys = MasterKeys::parse(&MasterKeys::generate_text().unwrap()).unwrap();
    let door = Door::look(&settings, keys, Box::new(SystemClock)).await.unwrap();
    assert!(!door.owner_in_reach().await.unwrap());
    door.close().await;
    let server = Database::of(&settings).await;
    takes_new_rows(database, &server).await;
    let refused = [
        "permission denied",
        "must be owner",
        "must be superuser",
        "must have admin option",
        "the audit log is append-only",
    ];
    let owner = database.texts("SELECT current_user::text").await.remove(0);
    let attacks = AS_ITS_LOGIN.iter().map(|sql| sql.replace("OWNER", &owner)).collect::<Vec<_>>();
    let attacks = attacks.iter().map(String::as_str).collect::<Vec<_>>();
    refuses(database, &server, &attacks, &refused).await;
    refuses(database, &server, AS_THE_SERVER, &refused).await;
    refuses(database, &server, ON_EITHER, &refused).await;
    server.close().await.unwrap();
    login.leave(database).await;
    app.finish().await;
}

/// The server works as that role, and not as who migrated.
#[tokio::test]
async fn the_server_works_as_a_role_that_owns_nothing() {
    let app = TestApp::new().await;
    if app.database.engine == Engine::Postgres {
        let owned = "SELECT count(*)::text FROM pg_class WHERE relowner = 'kartotek_runtime'::regrole";
        assert_eq!(app.database.texts(owned).await, ["0"]);
        // A connection says who it works as only to itself: take the privilege away, and see the server miss it.
        app.database.run("REVOKE SELECT ON customer FROM kartotek_runtime").await;
        let answer = app.agent().get("{ customer(reference: \"K-1001\") { reference } }").await;
        assert_eq!(answer.code(), Some("INTERNAL"));
        app.database.run("GRANT SELECT ON customer TO kartotek_runtime").await;
    }
    let answer = app.agent().get("{ customer(reference: \"K-1001\") { reference } }").await;
    assert_eq!(answer.data()["customer"]["reference"], "K-1001");
    app.finish().await;
}
