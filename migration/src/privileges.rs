//! What the server's own role may do on Postgres: everything it needs, and nothing to the audit log but add.
//!
//! The role that migrates owns the tables; the server works as `kartotek_runtime`, which owns nothing.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr};

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

const GRANTS: &str = r"
DO $$ BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO kartotek_runtime', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO kartotek_runtime', current_schema());
END $$;
REVOKE ALL ON seaql_migrations FROM kartotek_runtime;
GRANT SELECT ON seaql_migrations TO kartotek_runtime;
REVOKE ALL ON audit_event, audit_subject FROM kartotek_runtime;
GRANT SELECT ON audit_event, audit_subject TO kartotek_runtime;
GRANT INSERT (event_id, occurred_at, actor, actor_kind, operation, kind, outcome, error_code, purpose, request_id, body, leaf)
    ON audit_event TO kartotek_runtime;
GRANT INSERT ON audit_subject TO kartotek_runtime;
";

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
