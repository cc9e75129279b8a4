//! What the server's own role may do on Postgres: everything it needs, and nothing to the audit log but add.
//!
//! The role that migrates owns the tables; the server works as `kartotek_runtime`, which owns nothing.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// The role that the server works as.
pub const RUNTIME_ROLE: &str = "kartotek_runtime";

const ROLE: &str = r"
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kartotek_runtime') THEN
        BEGIN
            CREATE ROLE kartotek_runtime NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END IF;
    -- From version 16 on, who creates a role may grant it, and is not yet allowed to work as it.
    IF NOT pg_has_role(current_user, 'kartotek_runtime',
        CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
        EXECUTE format('GRANT kartotek_runtime TO %I', current_user);
    END IF;
END $$;
";

// A grant that is not one's to give is no error but a notice for each column: `check` says it once.
const GRANTS: &str = r"
SET LOCAL client_min_messages TO error;
DO $$
DECLARE
    part regclass;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO kartotek_runtime', current_schema());
    -- Whoever can put things beside the tables can have them found in place of ours.
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', current_schema());
    -- The log's parts are reached by way of the log, and those that were detached not at all.
    EXECUTE (SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO kartotek_runtime', string_agg(oid::regclass::text, ', '))
        FROM pg_class WHERE relkind IN ('r', 'p', 'v') AND relname !~ '^audit_(event|subject)_'
        AND relnamespace = current_schema()::regnamespace);
    FOR part IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relname ~ '^audit_(event|subject)_'
        AND relnamespace = current_schema()::regnamespace
        AND has_table_privilege('kartotek_runtime', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER') LOOP
        EXECUTE format('REVOKE ALL ON %s FROM kartotek_runtime', part);
    END LOOP;
END $$;
REVOKE ALL ON seaql_migrations FROM kartotek_runtime;
GRANT SELECT ON seaql_migrations TO kartotek_runtime;
REVOKE ALL ON audit_event, audit_subject, audit_leaf, audit_tile, audit_checkpoint, audit_arrival, audit_settled
    FROM kartotek_runtime;
GRANT SELECT ON audit_event, audit_subject, audit_leaf, audit_tile, audit_checkpoint, audit_arrival, audit_settled
    TO kartotek_runtime;
GRANT INSERT (event_id, occurred_at, actor, actor_kind, operation, kind, outcome, error_code, purpose, request_id, body, leaf, withheld)
    ON audit_event TO kartotek_runtime;
GRANT INSERT ON audit_subject, audit_leaf, audit_tile, audit_checkpoint TO kartotek_runtime;
GRANT UPDATE (hashes) ON audit_tile TO kartotek_runtime;
GRANT EXECUTE ON FUNCTION prepare_audit_months() TO kartotek_runtime;
";

// What the role may not do and should, and what it may and should not.
const WRONG: &str = r"
WITH ours AS (
    SELECT oid, relname, relname = 'seaql_migrations' AS history, relname IN ('audit_event', 'audit_subject', 'audit_leaf', 'audit_checkpoint') AS log,
        relname = 'audit_tile' AS grows, relname ~ '^audit_(event|subject)_' AS part
    FROM pg_class
    WHERE relkind IN ('r', 'p')
        AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('seaql_migrations'))
), said AS (
    SELECT relname, deed,
        CASE WHEN (log OR grows OR part) AND deed NOT IN ('DELETE', 'TRUNCATE', 'TRIGGER') THEN has_any_column_privilege(oid, deed)
            ELSE has_table_privilege(oid, deed) END AS may,
        NOT part AND CASE deed WHEN 'SELECT' THEN true WHEN 'INSERT' THEN NOT history WHEN 'TRUNCATE' THEN false
            WHEN 'TRIGGER' THEN false WHEN 'DELETE' THEN NOT history AND NOT log AND NOT grows
            ELSE NOT history AND NOT log END AS should
    FROM ours, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS deed
)
SELECT CASE WHEN may THEN 'may ' ELSE 'may not ' END || deed || ' on ' || relname AS wrong
FROM said WHERE may <> should AND (deed <> 'TRUNCATE' OR relname LIKE 'audit%')
-- What tells the order in which events came is the database's to say.
UNION ALL SELECT 'may INSERT ' || attname || ' on ' || relname
FROM ours JOIN pg_attribute ON attrelid = ours.oid
WHERE relname = 'audit_event' AND attname = 'xid' AND NOT attisdropped
    AND has_column_privilege(ours.oid, attnum, 'INSERT')
UNION ALL SELECT 'may CREATE in the schema of the tables: as its owner, REVOKE CREATE ON SCHEMA ' || c.relnamespace::regnamespace || ' FROM PUBLIC' FROM ours JOIN pg_class c ON c.oid = ours.oid
WHERE history AND has_schema_privilege(c.relnamespace, 'CREATE')
UNION ALL SELECT 'may not EXECUTE prepare_audit_months' FROM ours WHERE history AND NOT EXISTS (SELECT FROM pg_proc
    WHERE oid = to_regprocedure('prepare_audit_months()') AND has_function_privilege(oid, 'EXECUTE'))
UNION ALL SELECT 'finds no tables on its search path' WHERE to_regclass('seaql_migrations') IS NULL
ORDER BY wrong
";

/// Whether the role that this connection works as may do what the server needs, and no more.
///
/// # Errors
/// What is wrong, or what the database says.
pub async fn check(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let found = db.query_all_raw(Statement::from_string(DbBackend::Postgres, WRONG)).await?;
    let wrong = found.iter().map(|row| row.try_get("", "wrong")).collect::<Result<Vec<String>, _>>()?;
    match wrong.len() {
        0 => Ok(()),
        n => {
            let more = if n > 5 { format!(", and {} more", n - 5) } else { String::new() };
            let wrong = wrong.into_iter().take(5).collect::<Vec<_>>().join(", ");
            Err(DbErr::Custom(format!("the server works as {RUNTIME_ROLE}, which {wrong}{more}")))
        }
    }
}

/// Sets the privileges anew; run after every migration, so that a new table is never without.
///
/// # Errors
/// What the database says, such as that the migrating role may not create roles.
pub async fn grant(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    db.execute_unprepared(ROLE).await?;
    db.execute_unprepared(GRANTS).await.map(drop)
}
