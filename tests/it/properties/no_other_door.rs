//! Nothing but the door holds a connection. The compiler sees to most of it; this sees to the rest.

use super::source::{Source, files};

/// What takes a connection, makes one, or runs a statement on one.
const WORDS: &[&str] = &[
    "DatabaseConnection",
    "DatabaseTransaction",
    "DatabaseExecutor",
    "ConnectionTrait",
    "TransactionTrait",
    "StreamTrait",
    "TransactionSession",
    "ConnectOptions",
    "ProxyDatabaseTrait",
    "Database::connect",
    "execute_raw",
    "execute_unprepared",
    "query_one_raw",
    "query_all_raw",
    "query_one(",
    "query_all(",
    "SqlitePool",
    "PgPool",
    "SqliteConnection",
    "PgConnection",
    "sqlx::query",
    "sqlx::sqlite",
    "sqlx::postgres",
    "rusqlite",
];

/// The files that may, and why.
const DOOR: &[&str] = &[
    // Makes the pools.
    "src/access/database.rs",
    // Wraps a connection and hands out rows.
    "src/access/reader.rs",
    // Begins and commits transactions.
    "src/access/writer.rs",
    // Writes the log.
    "src/access/journal.rs",
    // Not this program's database: those of the company, which tasks are carried out in.
    "src/connector/sql/database.rs",
    "src/connector/sql/work.rs",
    // Nor those: the demo's stand-ins keep them.
    "src/demo_peers/file.rs",
];

fn names_a_connection(source: &Source) -> Vec<String> {
    let found = source.code().into_iter().filter(|(_, line)| WORDS.iter().any(|word| line.contains(word)));
    found.map(|(number, line)| format!("{}:{number}: {}", source.path, line.trim())).collect()
}

#[test]
fn only_the_door_names_a_connection() {
    let (door, others): (Vec<_>, Vec<_>) =
        files(&["src", "entity/src"]).into_iter().partition(|source| DOOR.contains(&source.path.as_str()));
    let found = others.iter().flat_map(names_a_connection).collect::<Vec<_>>();
    assert!(found.is_empty(), "{found:#?}");
    // The list has no file that needs no exception, and the words are those that the code uses.
    assert_eq!(door.len(), DOOR.len());
    for source in &door {
        assert!(!names_a_connection(source).is_empty(), "{} needs no exception", source.path);
    }
}

/// What names a connection in the door is not to be had outside of it.
#[test]
fn the_door_hands_no_connection_out() {
    for source in files(&["src/access"]) {
        let code = source.code_text();
        for item in code.split(['{', '}', ';']).map(str::trim) {
            let signature = item.rsplit("pub ").next().unwrap();
            let is_public =
                item.contains("pub fn ") || item.contains("pub async fn ") || item.contains("pub struct ");
            let hands_out = is_public && WORDS.iter().any(|word| signature.contains(word));
            assert!(!hands_out, "{}: {item}", source.path);
        }
        for (number, line) in source.code() {
            let implements = line.contains("ConnectionTrait for") || line.contains("impl Deref for Reader");
            assert!(!implements, "{}:{number}: {line}", source.path);
        }
    }
}

/// The migrations run before there is a door, and know no row of ours: they must stay plain SQL.
#[test]
fn migrations_know_no_entity() {
    for source in files(&["migration/src"]) {
        let code = source.code_text();
        for word in ["entity", "kartotek"] {
            assert!(
                super::source::paths(&code, &format!("{word}::")).is_empty(),
                "{} names {word}",
                source.path
            );
        }
    }
}

/// Exceptions to the lints that keep the door shut. A new one is a reason to stop and think.
#[test]
fn exceptions_to_the_doors_lints_are_known() {
    let expects = |source: &Source| source.text.contains("clippy::disallowed_");
    let program =
        files(&["src", "entity/src", "migration/src"]).into_iter().filter(|source| !source.is_test());
    let found = program.filter(expects).map(|source| source.path).collect::<Vec<_>>();
    let known = [
        "migration/src/lib.rs",
        "src/access/database.rs",
        "src/access/reader.rs",
        "src/access/writer.rs",
        "src/clock.rs",
        "src/graphql/api.rs",
    ];
    assert_eq!(found, known);
}
