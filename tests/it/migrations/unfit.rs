//! A database that the server could not work with is told by whoever migrates it, with what to do.

use crate::support::Database;
use kartotek::access::{self, Engine, Settings};
use secrecy::ExposeSecret;
use std::process::Command;

fn migrate(database: &Database, more: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kartotek"));
    command.current_dir(folder.path()).env_clear().arg("migrate").args(more);
    command.env("KARTOTEK_DATABASE_URL", database.settings().url.expose_secret());
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test]
async fn a_schema_of_a_later_version_is_told_as_such() {
    let database = Database::demo().await;
    assert_eq!(migrate(&database, &[]).0, Some(0));
    database.run("INSERT INTO seaql_migrations VALUES ('m20991231_000001_what_is_to_come', 1)").await;
    for more in [&[][..], &["--status"]] {
        let (code, told) = migrate(&database, more);
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains("error: a later version of Kartotek changed this database"), "{told}");
        assert!(told.contains("m20991231_000001_what_is_to_come"), "{told}");
        assert!(told.contains("hint: run that version of Kartotek, or restore the backup"), "{told}");
    }
    database.discard().await;
}

async fn why(settings: &Settings) -> String {
    access::migrate(settings).await.unwrap_err().to_string()
}

#[tokio::test]
async fn privileges_that_whoever_migrates_cannot_set_are_named() {
    let database = Database::demo().await;
    if database.engine == Engine::Sqlite {
        return database.discard().await;
    }
    let ours = database.settings();
    let (_, host) = ours.url.expose_secret().split_once('@').unwrap();
    let role = format!("{}_other", host.split(['/', '?']).nth(1).unwrap());
    let theirs = Settings { url: format!("postgres://{role}@{host}").into(), connections: 1 };
    database.run(&format!("CREATE ROLE {role} LOGIN IN ROLE kartotek_runtime")).await;
    access::migrate(&theirs).await.expect("nothing is missing");

    // Such a login gives no privileges, and PostgreSQL calls that a notice.
    database.run(&format!("GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")).await;
    database.run("REVOKE DELETE ON customer FROM kartotek_runtime").await;
    assert!(why(&theirs).await.ends_with("kartotek_runtime, which may not DELETE on customer"));
    let (code, told) = migrate(&database, &[]);
    assert_eq!(code, Some(0), "the owner may: {told}");
    access::migrate(&theirs).await.expect("nothing is missing any more");

    // Not the role's own to lose.
    database.run("GRANT UPDATE (body) ON audit_event TO PUBLIC").await;
    assert!(why(&ours).await.ends_with("kartotek_runtime, which may UPDATE on audit_event"));
    database.run("REVOKE UPDATE (body) ON audit_event FROM PUBLIC").await;
    database.run("GRANT TRIGGER, INSERT ON audit_event TO PUBLIC").await;
    let wrong = why(&ours).await;
    for deed in ["may TRIGGER on audit_event", "may INSERT xid on audit_event"] {
        assert!(wrong.contains(deed), "{wrong}");
    }
    database.run("REVOKE TRIGGER, INSERT ON audit_event FROM PUBLIC").await;
    database.run("ALTER SCHEMA public RENAME TO kartotek").await;
    database.run("CREATE SCHEMA public").await;
    let (code, told) = migrate(&database, &[]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("which finds no tables on its search path\nhint: "), "{told}");

    database.run(&format!("DROP OWNED BY {role}")).await;
    database.run(&format!("DROP ROLE {role}")).await;
    database.discard().await;
}
