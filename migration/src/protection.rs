//! What keeps the audit log as it is, and whether it is there: triggers, and on Postgres the privileges of the server's role.

use crate::privileges;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

const POSTGRES: &[(&str, &[&str])] = &[
    ("audit_event", &["no_change", "no_truncate"]),
    ("audit_subject", &["no_change", "no_truncate", "with_its_event"]),
    ("audit_leaf", &["no_change", "no_truncate"]),
    ("audit_checkpoint", &["no_change", "no_truncate"]),
    ("audit_tile", &["no_delete", "no_truncate", "only_grows"]),
];

const SQLITE: &[(&str, &[&str])] = &[
    ("audit_event", &["no_update", "no_delete", "no_replace", "no_backdating"]),
    ("audit_subject", &["no_update", "no_delete", "no_replace", "with_its_event"]),
    ("audit_leaf", &["no_update", "no_delete", "no_replace"]),
    ("audit_checkpoint", &["no_update", "no_delete", "no_replace"]),
    ("audit_tile", &["no_delete", "only_grows"]),
];

// A trigger that is not ALWAYS on is off for whoever replicates. What it calls refuses, and does nothing else.
const OFF_ON_POSTGRES: &str = "
SELECT CASE WHEN t.oid IS NULL THEN 'is missing' WHEN t.tgenabled <> 'A' THEN 'is not always on'
    ELSE 'calls a function that was changed' END AS wrong
FROM (SELECT $1::text AS of, $2::text AS name) e
LEFT JOIN pg_trigger t ON t.tgrelid = to_regclass(e.of) AND t.tgname = e.name
LEFT JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.oid IS NULL OR t.tgenabled <> 'A' OR p.prosrc NOT LIKE '%RAISE EXCEPTION ''the audit log is append-only%'
    OR p.prosrc LIKE '%RETURN NEW%' OR p.prosrc LIKE '%RETURN OLD%'";

const OFF_ON_SQLITE: &str = "
SELECT CASE WHEN t.sql IS NULL THEN 'is missing' ELSE 'was changed' END AS wrong
FROM (SELECT $1 AS of, $2 AS name) e
LEFT JOIN sqlite_master t ON t.type = 'trigger' AND t.tbl_name = e.of AND t.name = e.name
WHERE t.sql IS NULL OR t.sql NOT LIKE '%BEGIN SELECT raise(abort, ''the audit log is append-only%'";

/// What is missing of it, in words; nothing when all is there. On Postgres it is asked as the server's own role.
///
/// # Errors
/// What the database says.
pub async fn missing(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let backend = db.get_database_backend();
    let (triggers, off) =
        if backend == DbBackend::Postgres { (POSTGRES, OFF_ON_POSTGRES) } else { (SQLITE, OFF_ON_SQLITE) };
    let mut missing = Vec::new();
    for (table, names) in triggers {
        for name in *names {
            let name = format!("{table}_{name}");
            let asked = Statement::from_sql_and_values(backend, off, [(*table).into(), name.clone().into()]);
            if let Some(row) = db.query_one_raw(asked).await? {
                let wrong: String = row.try_get("", "wrong")?;
                missing.push(format!("the trigger {name} {wrong}"));
            }
        }
    }
    if backend == DbBackend::Postgres {
        match privileges::check(db).await {
            Err(DbErr::Custom(wrong)) => missing.push(wrong),
            other => other?,
        }
    }
    Ok(missing)
}
