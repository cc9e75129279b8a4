//! What stands in the way: locks, triggers, credentials, a file that is not there.

use super::world::{call, column, everything, join, table, worlds};
use entity::{connector::SqlConnector, enums::TaskAction};
use kartotek::connector::{
    Answer, Failure,
    sql::{Credentials, Database, Engine},
};
use sqlx::{Connection, Executor, MySqlConnection, PgConnection, SqliteConnection};
use std::path::PathBuf;

#[tokio::test]
async fn a_lock_of_somebody_else_passes() {
    for world in worlds().await {
        let database = world.connect(everything()).await;
        let erase = call(TaskAction::Erase, &["email"]);
        let held = "UPDATE contacts SET phone = phone";
        let (mut sqlite, mut postgres, mut mysql) = (None, None, None);
        match world.engine {
            Engine::Sqlite => {
                let mut connection = SqliteConnection::connect(&world.url).await.unwrap();
                connection.execute("BEGIN IMMEDIATE").await.unwrap();
                sqlite = Some(connection);
            }
            Engine::Postgres => {
                let mut connection = PgConnection::connect(&world.url).await.unwrap();
                connection.execute("BEGIN").await.unwrap();
                connection.execute(held).await.unwrap();
                postgres = Some(connection);
            }
            Engine::MySql => {
                let mut connection = MySqlConnection::connect(&world.url).await.unwrap();
                connection.execute("BEGIN").await.unwrap();
                connection.execute(held).await.unwrap();
                mysql = Some(connection);
            }
        }
        let failure = database.carry_out(&erase).await.unwrap_err();
        assert!(matches!(failure, Failure::Passing { .. }), "{:?} {failure:?}", world.engine);
        drop((sqlite.take(), postgres.take(), mysql.take()));
        assert!(database.carry_out(&erase).await.is_ok());
        world.finish(database).await;
    }
}

#[tokio::test]
async fn a_trigger_that_keeps_rows_is_no_success() {
    for world in worlds().await.into_iter().filter(|world| world.engine != Engine::MySql) {
        world
            .run(match world.engine {
                Engine::Postgres => {
                    "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                     CREATE TRIGGER keep BEFORE DELETE ON invoice_lines FOR EACH ROW EXECUTE FUNCTION keep()"
                }
                _ => {
                    "CREATE TRIGGER keep AFTER DELETE ON invoice_lines BEGIN
                     INSERT INTO invoice_lines VALUES (old.invoice_id, old.line, old.label); END"
                }
            })
            .await;
        let database = world.connect(everything()).await;
        let kept = database.carry_out(&call(TaskAction::Erase, &["order"])).await;
        assert!(kept.is_err(), "{kept:?}");
        world.finish(database).await;
    }
}

#[tokio::test]
async fn who_is_not_let_in_comes_again() {
    for world in worlds().await.into_iter().filter(|world| world.engine == Engine::MySql) {
        let (_, host) = world.url.rsplit_once('@').unwrap();
        let settings = SqlConnector { url: format!("mysql://{host}"), ..world.settings(vec![]) };
        let wrong = Credentials::parse(&"root:s3cret-word".to_owned().into()).unwrap();
        let failure = Database::reach(settings, Some(&wrong)).await.unwrap_err();
        // A password that was changed is put right one day, and what waits for that is not each a person's.
        assert!(matches!(failure, Failure::Passing { .. }), "{failure:?}");
        assert!(!format!("{failure:?} {failure}").contains("s3cret"));
        let database = world.connect(vec![]).await;
        world.finish(database).await;
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("crm.db");
    let contacts =
        table("contacts", vec![join("customer_id", "customers", "id")], vec![column("email", "email")]);
    let url = format!("sqlite://{}?mode=rwc", file.display());
    let settings = SqlConnector { url, credentials: None, tables: vec![contacts], max_attempts: 10 };
    let failure = Database::reach(settings, None).await.unwrap_err();
    assert_eq!(failure.to_string(), "The database file cannot be opened (14).");
    assert!(!file.exists());
}

/// Whoever looks first after somebody died in the middle of a change takes that back.
#[tokio::test]
async fn what_a_dead_program_left_half_done_is_no_obstacle() {
    let world = worlds().await.remove(0);
    let file = PathBuf::from(world.url.strip_prefix("sqlite://").unwrap());
    let journal = file.with_extension("db-journal");
    world.run("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)").await;
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) \
        INSERT INTO notes SELECT i, hex(zeroblob(500)) FROM n";
    world.run(rows).await;
    let before = world.dump().await;

    // More than it keeps in memory, so that the file has some of the change, and the journal what was there before.
    let mut dying = SqliteConnection::connect(&world.url).await.unwrap();
    let change = "PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE customers SET name = 'half done';
        UPDATE notes SET text = 'half done' || text";
    dying.execute(change).await.unwrap();
    let left = [&file, &journal].map(|path| std::fs::read(path).unwrap());
    dying.close().await.unwrap();
    for (path, bytes) in [&file, &journal].into_iter().zip(left) {
        std::fs::write(path, bytes).unwrap();
    }

    let database = world.connect(everything()).await;
    let erase = call(TaskAction::Erase, &["email"]);
    assert!(database.find(&erase).await.unwrap().iter().any(|found| found.rows > 0));
    assert!(!journal.exists());
    assert_eq!(world.dump().await, before);
    assert!(matches!(database.carry_out(&erase).await, Ok(Answer::Done(_))));
    world.finish(database).await;
}
