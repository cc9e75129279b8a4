//! The audit log: rows that nobody changes or removes.
//!
//! `body` holds the exact bytes that `leaf` is the hash of; the columns beside it are copies to search by.
//! In which order rows came is the database's own: by `id` on SQLite, and on Postgres, where rows become visible in the order of
//! commits, by `xid`, which tells which transactions were over when. There the log is in parts by month, so that old ones can
//! leave as a whole.

use crate::{
    dialect::{run, run_either},
    months,
};
use sea_orm_migration::prelude::*;

pub(crate) const TABLES: &str = r"
CREATE TABLE audit_event (
    {order},
    event_id {uuid} NOT NULL CONSTRAINT audit_event_event_id UNIQUE,
    occurred_at {time} NOT NULL,
    actor text NOT NULL,
    actor_kind text NOT NULL
        CONSTRAINT audit_event_actor_kind CHECK (actor_kind IN ('PERSON', 'SCRIPT', 'THIRD_PARTY', 'PROGRAM')),
    operation text NOT NULL,
    kind text NOT NULL CONSTRAINT audit_event_kind CHECK (kind IN
        ('READ', 'WRITE', 'DISPOSE', 'DISCLOSE', 'AUTHENTICATE', 'ADMINISTER')),
    outcome text NOT NULL
        CONSTRAINT audit_event_outcome CHECK (outcome IN ('ALLOWED', 'DENIED', 'FAILED')),
    error_code text,
    purpose text,
    request_id text NOT NULL,
    body {bytes} NOT NULL,
    leaf {bytes} NOT NULL CONSTRAINT audit_event_leaf CHECK (length(leaf) = 32),
    -- Whom it was about, and from where it came: the body has only the root of that.
    withheld {bytes},
    CONSTRAINT audit_event_says_why CHECK ((outcome = 'ALLOWED') = (error_code IS NULL))
) {by_month};
CREATE INDEX audit_event_by_actor ON audit_event (actor, event_id);
CREATE INDEX audit_event_by_operation ON audit_event (operation, event_id);
CREATE INDEX audit_event_by_request ON audit_event (request_id);

CREATE TABLE audit_subject (
    customer_id {uuid} NOT NULL,
    event_id {uuid} NOT NULL,
    categories text NOT NULL,
    PRIMARY KEY (customer_id, event_id)
) {by_month};
CREATE INDEX audit_subject_of_event ON audit_subject (event_id);
";

const LOCK_POSTGRES: &str = r"
CREATE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_log();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log();
CREATE TRIGGER audit_subject_no_change BEFORE UPDATE OR DELETE ON audit_subject
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_log();
CREATE TRIGGER audit_subject_no_truncate BEFORE TRUNCATE ON audit_subject
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log();

ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_no_change;
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_no_truncate;
ALTER TABLE audit_subject ENABLE ALWAYS TRIGGER audit_subject_no_change;
ALTER TABLE audit_subject ENABLE ALWAYS TRIGGER audit_subject_no_truncate;
";

// A REPLACE deletes without firing delete triggers unless `recursive_triggers` is on, so the insert itself
// is refused when its key is there already. That no row comes before another is seen only afterwards: before an insert
// that leaves the id to SQLite, `new.id` is -1, which somebody can also give.
pub(crate) const LOCK_SQLITE: &str = r"
CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
BEGIN SELECT raise(abort, 'the audit log is append-only'); END;
CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
BEGIN SELECT raise(abort, 'the audit log is append-only'); END;
CREATE TRIGGER audit_event_no_replace BEFORE INSERT ON audit_event
WHEN EXISTS (SELECT 1 FROM audit_event WHERE id = new.id OR event_id = new.event_id)
BEGIN SELECT raise(abort, 'the audit log is append-only'); END;
CREATE TRIGGER audit_event_no_backdating AFTER INSERT ON audit_event
WHEN new.id < 1 OR new.id < (SELECT max(id) FROM audit_event)
BEGIN SELECT raise(abort, 'the audit log is append-only'); END;

CREATE TRIGGER audit_subject_no_update BEFORE UPDATE ON audit_subject
BEGIN SELECT raise(abort, 'the audit log is append-only'); END;
CREATE TRIGGER audit_subject_no_delete BEFORE DELETE ON audit_subject
BEGIN SELECT raise(abort, 'the audit log is append-only'); END;
CREATE TRIGGER audit_subject_no_replace BEFORE INSERT ON audit_subject
WHEN EXISTS (SELECT 1 FROM audit_subject WHERE customer_id = new.customer_id AND event_id = new.event_id)
BEGIN SELECT raise(abort, 'the audit log is append-only'); END;
CREATE TRIGGER audit_subject_with_its_event BEFORE INSERT ON audit_subject
WHEN NOT EXISTS (SELECT 1 FROM audit_event WHERE event_id = new.event_id)
BEGIN SELECT raise(abort, 'the audit log is append-only: a subject comes with its event'); END;
";

const DOWN: &str = r"
DROP TABLE audit_subject;
DROP TABLE audit_event;
";

const DOWN_POSTGRES: &str = r"
DO $$ BEGIN
    EXECUTE (SELECT 'DROP FUNCTION ' || string_agg(oid::regprocedure::text, ', ') FROM pg_proc
        WHERE proname ~ '^refuse_subject_of_another_transaction_' AND pronamespace = current_schema()::regnamespace);
END $$;
DROP FUNCTION refuse_change_of_audit_log(), prepare_audit_months(), make_audit_month(date), make_audit_part(text, text, text),
    first_audit_id(date);
";

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        run_either(manager, LOCK_POSTGRES, LOCK_SQLITE).await?;
        months::make(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await?;
        run_either(manager, DOWN_POSTGRES, "SELECT 1").await
    }
}
