//! What customers ask for by their rights, and what was done about it.

use crate::dialect::{run, run_either};
use sea_orm_migration::prelude::*;

const UP: &str = r"
CREATE TABLE data_request (
    id {uuid} PRIMARY KEY,
    customer_id {uuid} NOT NULL CONSTRAINT data_request_customer REFERENCES customer (id),
    kind text NOT NULL CONSTRAINT data_request_kind CHECK (kind IN
        ('ACCESS', 'PORTABILITY', 'RECTIFICATION', 'ERASURE', 'RESTRICTION', 'OBJECTION')),
    channel text NOT NULL,
    received_at {time} NOT NULL,
    note text,
    restriction_ground text CONSTRAINT data_request_restriction_ground CHECK (restriction_ground IN
        ('ACCURACY_CONTESTED', 'UNLAWFUL_PROCESSING', 'LEGAL_CLAIMS', 'OBJECTION_PENDING')),
    submitted_by text NOT NULL,
    submitted_at {time} NOT NULL,
    -- By what is on record, when it was due when that last changed: what lists are ordered by. While its clock stands
    -- still, where that stopped.
    due_at {time} NOT NULL,
    extension_months integer CONSTRAINT data_request_extension_months CHECK (extension_months IN (1, 2)),
    extension_reason text CONSTRAINT data_request_extension_reason
        CHECK (extension_reason IN ('COMPLEXITY', 'NUMBER_OF_REQUESTS')),
    extension_explanation text,
    extension_channel text,
    extended_at {time},
    verified_method text,
    verified_reference text,
    verified_by text,
    verified_at {time},
    rejection_ground text CONSTRAINT data_request_rejection_ground CHECK (rejection_ground IN
        ('IDENTITY_NOT_PROVEN', 'MANIFESTLY_UNFOUNDED', 'EXCESSIVE', 'RIGHTS_OF_OTHERS', 'FREEDOM_OF_EXPRESSION',
        'LEGAL_OBLIGATION', 'PUBLIC_HEALTH', 'ARCHIVING_AND_RESEARCH', 'LEGAL_CLAIMS', 'COMPELLING_GROUNDS',
        'RIGHT_DOES_NOT_APPLY')),
    rejection_explanation text,
    rejected_by text,
    rejected_at {time},
    withdrawn_channel text,
    withdrawn_by text,
    withdrawn_at {time},
    -- The letter as the customer was given it.
    reply_text text,
    reply_channel text,
    reply_delivered_by text,
    reply_delivered_at {time},
    CONSTRAINT data_request_restricts CHECK ((kind = 'RESTRICTION') = (restriction_ground IS NOT NULL)),
    CONSTRAINT data_request_received_before_submitted CHECK (received_at <= submitted_at),
    CONSTRAINT data_request_extension CHECK ((extended_at IS NULL) = (extension_months IS NULL)
        AND (extended_at IS NULL) = (extension_reason IS NULL) AND (extended_at IS NULL) = (extension_channel IS NULL)
        AND (extended_at IS NULL) = (extension_explanation IS NULL)),
    CONSTRAINT data_request_verified CHECK ((verified_at IS NULL) = (verified_method IS NULL)
        AND (verified_at IS NULL) = (verified_by IS NULL)),
    CONSTRAINT data_request_rejected CHECK ((rejected_at IS NULL) = (rejection_ground IS NULL)
        AND (rejected_at IS NULL) = (rejection_explanation IS NULL) AND (rejected_at IS NULL) = (rejected_by IS NULL)),
    CONSTRAINT data_request_withdrawn CHECK ((withdrawn_at IS NULL) = (withdrawn_channel IS NULL)
        AND (withdrawn_at IS NULL) = (withdrawn_by IS NULL)),
    CONSTRAINT data_request_ends_once CHECK (withdrawn_at IS NULL OR rejected_at IS NULL),
    CONSTRAINT data_request_replied CHECK ((reply_delivered_at IS NULL) = (reply_channel IS NULL)
        AND (reply_delivered_at IS NULL) = (reply_text IS NULL)
        AND (reply_delivered_at IS NULL) = (reply_delivered_by IS NULL))
) {strict};
CREATE INDEX data_request_of_customer ON data_request (customer_id, id);
CREATE INDEX data_request_by_date ON data_request (due_at, id);
CREATE INDEX data_request_by_receipt ON data_request (received_at, id);
-- Few, and asked about all the time.
CREATE INDEX data_request_unanswered ON data_request (due_at)
    WHERE reply_delivered_at IS NULL AND withdrawn_at IS NULL;
-- What stands, and lets nothing wait for its grace.
CREATE INDEX data_request_in_force ON data_request (customer_id, verified_at)
    WHERE kind = 'ERASURE' AND verified_at IS NOT NULL AND rejected_at IS NULL AND withdrawn_at IS NULL;

-- What a request is limited to, with everything below it; without any, everything.
CREATE TABLE data_request_category (
    data_request_id {uuid} NOT NULL CONSTRAINT data_request_category_request REFERENCES data_request (id),
    customer_id {uuid} NOT NULL CONSTRAINT data_request_category_customer REFERENCES customer (id),
    category text NOT NULL CONSTRAINT data_request_category_category REFERENCES data_category (key),
    PRIMARY KEY (data_request_id, category)
) {strict};

-- A time in which the customer was awaited.
CREATE TABLE data_request_pause (
    id {uuid} PRIMARY KEY,
    data_request_id {uuid} NOT NULL CONSTRAINT data_request_pause_request REFERENCES data_request (id),
    customer_id {uuid} NOT NULL CONSTRAINT data_request_pause_customer REFERENCES customer (id),
    reason text NOT NULL CONSTRAINT data_request_pause_reason CHECK (reason IN ('IDENTITY', 'CLARIFICATION')),
    question text NOT NULL,
    paused_by text NOT NULL,
    paused_at {time} NOT NULL,
    resumed_by text,
    resumed_at {time},
    CONSTRAINT data_request_pause_ends_later CHECK (resumed_at IS NULL OR resumed_at >= paused_at),
    CONSTRAINT data_request_pause_ended CHECK ((resumed_at IS NULL) = (resumed_by IS NULL))
) {strict};
CREATE INDEX data_request_pause_of_request ON data_request_pause (data_request_id, id);
CREATE UNIQUE INDEX data_request_pause_one_at_a_time ON data_request_pause (data_request_id)
    WHERE resumed_at IS NULL;

-- The request because of which it came to be, if a customer asked for it.
ALTER TABLE task ADD COLUMN data_request_id {uuid} CONSTRAINT task_data_request REFERENCES data_request (id);

-- What is done for a request. One task may be what several requests ask for, and what came to be for no request may be
-- asked for later.
CREATE TABLE task_request (
    data_request_id {uuid} NOT NULL CONSTRAINT task_request_request REFERENCES data_request (id),
    task_id {uuid} NOT NULL CONSTRAINT task_request_task REFERENCES task (id),
    customer_id {uuid} NOT NULL CONSTRAINT task_request_customer REFERENCES customer (id),
    PRIMARY KEY (data_request_id, task_id)
) {strict};
CREATE INDEX task_request_of_task ON task_request (task_id);
-- What others wait for: few, and asked about for each task whose time has come.
CREATE INDEX task_to_gather ON task (customer_id, system_id) WHERE action = 'EXPORT' AND finished_at IS NULL;
CREATE INDEX task_to_correct ON task (customer_id, system_id) WHERE action = 'RECTIFY' AND finished_at IS NULL;

-- Whether it takes a restriction back.
ALTER TABLE task ADD COLUMN lifts {bool} NOT NULL DEFAULT false;

-- A customer wants their data kept and not used (Art. 18).
CREATE TABLE restriction (
    id {uuid} PRIMARY KEY,
    customer_id {uuid} NOT NULL CONSTRAINT restriction_customer REFERENCES customer (id),
    ground text NOT NULL CONSTRAINT restriction_ground CHECK (ground IN
        ('ACCURACY_CONTESTED', 'UNLAWFUL_PROCESSING', 'LEGAL_CLAIMS', 'OBJECTION_PENDING')),
    reason text NOT NULL,
    channel text NOT NULL,
    data_request_id {uuid} CONSTRAINT restriction_data_request REFERENCES data_request (id),
    placed_by text NOT NULL,
    placed_at {time} NOT NULL,
    lifted_by text,
    lifted_at {time},
    lift_reason text,
    customer_told_at {time},
    CONSTRAINT restriction_lifted CHECK ((lifted_at IS NULL) = (lifted_by IS NULL)
        AND (lifted_at IS NULL) = (lift_reason IS NULL) AND (lifted_at IS NULL) = (customer_told_at IS NULL)),
    CONSTRAINT restriction_told_before CHECK (customer_told_at <= lifted_at)
) {strict};
CREATE UNIQUE INDEX restriction_in_force ON restriction (customer_id) WHERE lifted_at IS NULL;
CREATE INDEX restriction_of_customer ON restriction (customer_id, id);

-- What tasks and requests carry of a person, each under a key of its own. With the row both are gone.
CREATE TABLE sealed (
    -- The task's or the request's.
    id {uuid} PRIMARY KEY,
    kind text NOT NULL CONSTRAINT sealed_kind CHECK (kind IN ('CORRECTION', 'EXPORT', 'PROFILE')),
    customer_id {uuid} NOT NULL CONSTRAINT sealed_customer REFERENCES customer (id),
    task_id {uuid} CONSTRAINT sealed_task REFERENCES task (id),
    data_request_id {uuid} CONSTRAINT sealed_data_request REFERENCES data_request (id),
    master_key_id text NOT NULL,
    wrapped {bytes} NOT NULL,
    sealed {bytes} NOT NULL,
    sealed_at {time} NOT NULL,
    CONSTRAINT sealed_of_one CHECK
        ((kind = 'PROFILE') = (task_id IS NULL) AND (task_id IS NOT NULL OR data_request_id IS NOT NULL))
) {strict};
CREATE INDEX sealed_of_request ON sealed (data_request_id) WHERE data_request_id IS NOT NULL;
CREATE INDEX sealed_of_customer ON sealed (customer_id);
";

// What was asked for is history: it is added to, and nothing of it is removed.
const LOCK_POSTGRES: &str = r"
CREATE TRIGGER data_request_no_delete BEFORE DELETE ON data_request
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER data_request_no_truncate BEFORE TRUNCATE ON data_request
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER data_request_category_no_change BEFORE UPDATE OR DELETE ON data_request_category
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER data_request_category_no_truncate BEFORE TRUNCATE ON data_request_category
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER task_request_no_change BEFORE UPDATE OR DELETE ON task_request
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER task_request_no_truncate BEFORE TRUNCATE ON task_request
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER data_request_pause_no_delete BEFORE DELETE ON data_request_pause
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER restriction_no_delete BEFORE DELETE ON restriction
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER restriction_no_truncate BEFORE TRUNCATE ON restriction
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER data_request_pause_no_truncate BEFORE TRUNCATE ON data_request_pause
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
";

const LOCK_SQLITE: &str = r"
CREATE TRIGGER data_request_no_delete BEFORE DELETE ON data_request
    BEGIN SELECT raise(abort, 'what was told, allowed and given is history'); END;
CREATE TRIGGER data_request_category_no_update BEFORE UPDATE ON data_request_category
    BEGIN SELECT raise(abort, 'what was told, allowed and given is history'); END;
CREATE TRIGGER data_request_category_no_delete BEFORE DELETE ON data_request_category
    BEGIN SELECT raise(abort, 'what was told, allowed and given is history'); END;
CREATE TRIGGER task_request_no_update BEFORE UPDATE ON task_request
    BEGIN SELECT raise(abort, 'what was told, allowed and given is history'); END;
CREATE TRIGGER task_request_no_delete BEFORE DELETE ON task_request
    BEGIN SELECT raise(abort, 'what was told, allowed and given is history'); END;
CREATE TRIGGER restriction_no_delete BEFORE DELETE ON restriction
    BEGIN SELECT raise(abort, 'what was told, allowed and given is history'); END;
CREATE TRIGGER data_request_pause_no_delete BEFORE DELETE ON data_request_pause
    BEGIN SELECT raise(abort, 'what was told, allowed and given is history'); END;
";

const DOWN: &str = r"
DROP TABLE sealed;
DROP TABLE restriction;
ALTER TABLE task DROP COLUMN lifts;
DROP INDEX task_to_correct;
DROP INDEX task_to_gather;
DROP TABLE task_request;
ALTER TABLE task DROP COLUMN data_request_id;
DROP TABLE data_request_pause;
DROP TABLE data_request_category;
DROP TABLE data_request;
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
