//! The only place that asks "Postgres or SQLite?".
//!
//! A migration is plain SQL with `{words}` for what the two engines spell differently. SQLite tables are
//! STRICT, so that a value of the wrong kind is refused there as it is in Postgres.

use sea_orm_migration::{
    SchemaManager,
    sea_orm::{ConnectionTrait, DbBackend, DbErr},
};

const POSTGRES: [(&str, &str); 10] = [
    ("{uuid}", "uuid"),
    ("{time}", "timestamptz"),
    ("{date}", "date"),
    ("{json}", "jsonb"),
    ("{bytes}", "bytea"),
    ("{bool}", "boolean"),
    ("{long}", "bigint"),
    ("{order}", "xid xid8 NOT NULL DEFAULT pg_current_xact_id()"),
    ("{by_month}", "PARTITION BY RANGE (event_id)"),
    ("{strict}", ""),
];

const SQLITE: [(&str, &str); 10] = [
    ("{uuid}", "BLOB"),
    ("{time}", "TEXT"),
    ("{date}", "TEXT"),
    ("{json}", "TEXT"),
    ("{bytes}", "BLOB"),
    ("{bool}", "INTEGER"),
    ("{long}", "INTEGER"),
    ("{order}", "id INTEGER PRIMARY KEY"),
    ("{by_month}", "STRICT"),
    ("{strict}", "STRICT"),
];

/// `sql` in the engine's own words.
#[must_use]
pub fn spell(backend: DbBackend, sql: &str) -> String {
    let words = if backend == DbBackend::Postgres { &POSTGRES } else { &SQLITE };
    words.iter().fold(sql.to_owned(), |sql, (word, spelling)| sql.replace(word, spelling))
}

/// Runs statements that both engines understand once spelled.
///
/// # Errors
/// What the database says.
pub async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    db.execute_unprepared(&spell(db.get_database_backend(), sql)).await.map(drop)
}

/// Runs one of two texts, for what the engines do in different ways.
///
/// # Errors
/// What the database says.
pub async fn run_either(manager: &SchemaManager<'_>, postgres: &str, sqlite: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let sql = if db.get_database_backend() == DbBackend::Postgres { postgres } else { sqlite };
    db.execute_unprepared(sql).await.map(drop)
}
