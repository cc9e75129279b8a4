//! What came of tasks, and how that is known.

use crate::dialect::{run, run_either};
use sea_orm_migration::prelude::*;

const UP: &str = r"
-- How it is known what came of a task. Written once, and never changed.
CREATE TABLE task_evidence (
    task_id {uuid} PRIMARY KEY CONSTRAINT task_evidence_task REFERENCES task (id),
    customer_id {uuid} NOT NULL CONSTRAINT task_evidence_customer REFERENCES customer (id),
    kind text NOT NULL CONSTRAINT task_evidence_kind CHECK (kind IN ('READ_BACK', 'CONFIRMED', 'ATTESTED')),
    recorded_at {time} NOT NULL,
    recorded_by text NOT NULL,
    -- In a database: so many rows were changed, and read again as gone.
    rows_changed {long},
    -- What a person attested.
    statement text,
    -- Such as a ticket's.
    reference text,
    CONSTRAINT task_evidence_says_something CHECK
        ((statement IS NOT NULL) = (kind = 'ATTESTED') AND (rows_changed IS NOT NULL) = (kind = 'READ_BACK'))
) {strict};

-- Whether the line was needed again since: what its holder answered before no longer counts.
ALTER TABLE task_location ADD COLUMN overtaken {bool} NOT NULL DEFAULT false;

-- What is to be tried next.
CREATE INDEX task_to_do ON task (next_attempt_at, id) WHERE state = 'PENDING';
";

const LOCK_POSTGRES: &str = r"
CREATE TRIGGER task_evidence_no_change BEFORE UPDATE OR DELETE ON task_evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER task_evidence_no_truncate BEFORE TRUNCATE ON task_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
";

const LOCK_SQLITE: &str = r"
CREATE TRIGGER task_evidence_no_update BEFORE UPDATE ON task_evidence
    BEGIN SELECT raise(abort, 'what was told, allowed and given is history'); END;
CREATE TRIGGER task_evidence_no_delete BEFORE DELETE ON task_evidence
    BEGIN SELECT raise(abort, 'what was told, allowed and given is history'); END;
";

const DOWN: &str = r"
DROP INDEX task_to_do;
ALTER TABLE task_location DROP COLUMN overtaken;
DROP TABLE task_evidence;
";

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await?;
        run_either(manager, LOCK_POSTGRES, LOCK_SQLITE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await
    }
}
