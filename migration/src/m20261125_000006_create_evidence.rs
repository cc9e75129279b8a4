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
    -- What the third party confirmed, as received, without personal values.
    document {json},
    CONSTRAINT task_evidence_says_something CHECK
        ((statement IS NOT NULL) = (kind = 'ATTESTED') AND (rows_changed IS NOT NULL) = (kind = 'READ_BACK')
        AND (document IS NOT NULL) = (kind = 'CONFIRMED'))
) {strict};

-- Whether the line was needed again since: what its holder answered before no longer counts.
ALTER TABLE task_location ADD COLUMN overtaken {bool} NOT NULL DEFAULT false;

-- What the program is to look at next, at each system.
CREATE INDEX task_to_do ON task (system_id, next_attempt_at, id)
    WHERE finished_at IS NULL;

-- Who should have answered by now.
CREATE INDEX task_unanswered ON task (answer_by, id) WHERE answer_by IS NOT NULL;

-- What a system knew a customer by before their profile said something else, or nothing, sealed under a key of its own. Both
-- are gone when nothing of the customer's is left there.
CREATE TABLE envelope (
    customer_id {uuid} NOT NULL CONSTRAINT envelope_customer REFERENCES customer (id),
    system_id {uuid} NOT NULL CONSTRAINT envelope_system REFERENCES system (id),
    master_key_id text NOT NULL,
    wrapped {bytes} NOT NULL,
    sealed {bytes} NOT NULL,
    PRIMARY KEY (customer_id, system_id)
) {strict};

-- Messages about tasks that were taken in, by a hash of their id: one that comes again changes nothing.
CREATE TABLE task_message (
    task_id {uuid} NOT NULL CONSTRAINT task_message_task REFERENCES task (id),
    message {bytes} NOT NULL CONSTRAINT task_message_hash CHECK (length(message) = 32),
    customer_id {uuid} NOT NULL CONSTRAINT task_message_customer REFERENCES customer (id),
    received_at {time} NOT NULL,
    PRIMARY KEY (task_id, message)
) {strict};

-- Links by which third parties answer letters, without signing in: each task's good for one answer. Only a hash of what
-- stands in a link is here.
CREATE TABLE answer_link (
    hash {bytes} PRIMARY KEY CONSTRAINT answer_link_hash CHECK (length(hash) = 32),
    task_id {uuid} NOT NULL CONSTRAINT answer_link_task REFERENCES task (id),
    customer_id {uuid} NOT NULL CONSTRAINT answer_link_customer REFERENCES customer (id),
    expires_at {time} NOT NULL,
    used_at {time}
) {strict};
CREATE INDEX answer_link_of_task ON answer_link (task_id);

-- How calls to a system have gone.
CREATE TABLE connector_state (
    system_id {uuid} PRIMARY KEY CONSTRAINT connector_state_system REFERENCES system (id),
    last_succeeded_at {time},
    -- Since when calls fail, and why; null when the last one went well.
    failing_since {time},
    last_error text,
    CONSTRAINT connector_state_failing CHECK ((failing_since IS NOT NULL) = (last_error IS NOT NULL))
) {strict};
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
DROP TABLE connector_state;
DROP TABLE answer_link;
DROP TABLE task_message;
DROP TABLE envelope;
DROP INDEX task_unanswered;
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
