//! The parts by month that the audit log is in on Postgres.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// Makes this month's and those of the next three, as the server's own role; how many of these are there then. `None`: there are no
/// parts on SQLite.
///
/// # Errors
/// What the database says, such as that somebody is looking at what has no month of its own just now.
pub async fn prepare(db: &impl ConnectionTrait) -> Result<Option<i64>, DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(None);
    }
    let prepare = Statement::from_string(DbBackend::Postgres, "SELECT prepare_audit_months()");
    db.query_one_raw(prepare).await?.map(|row| row.try_get_by_index(0)).transpose()
}

/// The first days of the months that have a part of their own, from the first on; nothing on SQLite. As who owns the tables.
///
/// # Errors
/// What the database says.
pub async fn attached(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(Vec::new());
    }
    let parts = Statement::from_string(
        DbBackend::Postgres,
        r"SELECT translate(substring(c.relname FROM '^audit_event_(\d{4}_\d\d)$'), '_', '-') AS month
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = to_regclass('audit_event') AND c.relname ~ '^audit_event_\d{4}_\d\d$' ORDER BY 1",
    );
    db.query_all_raw(parts).await?.iter().map(|row| row.try_get("", "month")).collect()
}

/// Takes a month out of the log, as who owns the tables: its parts stay as tables of their own.
///
/// # Errors
/// What the database says; nothing has changed then.
pub async fn detach(db: &impl ConnectionTrait, month: &str) -> Result<(), DbErr> {
    let name = month.replace('-', "_");
    // One text is one transaction. What reads the log has to end first, and what comes meanwhile waits no longer than this.
    let sql = format!(
        "SET LOCAL lock_timeout = '5s'; ALTER TABLE audit_event DETACH PARTITION audit_event_{name}; \
         ALTER TABLE audit_subject DETACH PARTITION audit_subject_{name}; \
         DROP FUNCTION refuse_subject_of_another_transaction_{name}() CASCADE"
    );
    db.execute_unprepared(&sql).await.map(drop)
}
