//! Bulk work: whom it is about, how far it has come, and whom it could not be done with.

use crate::dialect::run;
use sea_orm_migration::prelude::*;

const UP: &str = r"
-- A list of customers on its way to a job, by the numbers that they have with the company. The numbers are gone when they were used, or
-- when its time is over; which job used it is known for as long as whom that was about.
CREATE TABLE customer_selection (
    id {uuid} PRIMARY KEY,
    -- Who uploads it: nobody else adds to it, or uses it.
    actor text NOT NULL,
    size {long} NOT NULL CONSTRAINT customer_selection_size CHECK (size >= 0),
    -- The work that uses it: it grows no more then, and stays until it was read.
    job_id {uuid},
    expires_at {time} NOT NULL
) {strict};
CREATE INDEX customer_selection_by_expiry ON customer_selection (expires_at);

CREATE TABLE customer_selection_reference (
    selection_id {uuid} NOT NULL
        CONSTRAINT customer_selection_reference_selection REFERENCES customer_selection (id) ON DELETE CASCADE,
    reference text NOT NULL,
    PRIMARY KEY (selection_id, reference)
) {strict};

CREATE TABLE job (
    id {uuid} PRIMARY KEY,
    state text NOT NULL CONSTRAINT job_state CHECK (state IN ('PREVIEW', 'AWAITING_APPROVAL', 'QUEUED', 'RUNNING',
        'AWAITING_TASKS', 'SUCCEEDED', 'SUCCEEDED_WITH_FAILURES', 'CANCELLED')),
    -- What is done while it runs: its customers are found, what becomes of them is planned, and then it is carried out.
    step text NOT NULL CONSTRAINT job_step CHECK (step IN ('SELECT', 'PLAN', 'CARRY_OUT')),
    dry_run {bool} NOT NULL,
    -- Whoever asked for it calls it so, and never gets another by that name.
    requested_by text NOT NULL,
    idempotency_key text NOT NULL,
    input_hash {bytes} NOT NULL CONSTRAINT job_input_hash CHECK (length(input_hash) = 32),
    requested_by_name text NOT NULL,
    reason text NOT NULL,
    -- Whom it is about, where that is still to be found out.
    selection {json},
    -- Up to whom that was looked for.
    selected_to text,
    disposal_plan_id {uuid} CONSTRAINT job_plan REFERENCES disposal_plan (id) ON DELETE SET NULL,
    approved_by_name text,
    approved_at {time},
    cancel_reason text,
    total {long} NOT NULL,
    done {long} NOT NULL,
    failed {long} NOT NULL,
    kept_by_law {long} NOT NULL,
    -- How often a worker has taken it in hand, and until when the last one has it.
    lease {long} NOT NULL,
    taken_until {time},
    created_at {time} NOT NULL,
    started_at {time},
    finished_at {time},
    CONSTRAINT job_once UNIQUE (requested_by, idempotency_key),
    CONSTRAINT job_counts CHECK (done + failed <= total AND done >= 0 AND failed >= 0 AND kept_by_law >= 0),
    CONSTRAINT job_approved CHECK ((approved_at IS NULL) = (approved_by_name IS NULL)),
    CONSTRAINT job_finished CHECK ((finished_at IS NOT NULL) =
        (state IN ('PREVIEW', 'SUCCEEDED', 'SUCCEEDED_WITH_FAILURES', 'CANCELLED')))
) {strict};
CREATE INDEX job_by_state ON job (state, id);

CREATE TABLE job_customer (
    job_id {uuid} NOT NULL CONSTRAINT job_customer_job REFERENCES job (id),
    customer_id {uuid} NOT NULL CONSTRAINT job_customer_customer REFERENCES customer (id),
    state text NOT NULL CONSTRAINT job_customer_state CHECK (state IN ('SELECTED', 'PLANNED', 'DONE', 'FAILED')),
    -- The SHA-256 of what the plan says of them.
    plan_hash {bytes},
    PRIMARY KEY (job_id, customer_id),
    CONSTRAINT job_customer_planned CHECK (state NOT IN ('PLANNED', 'DONE') OR plan_hash IS NOT NULL)
) {strict};
CREATE INDEX job_customer_by_state ON job_customer (job_id, state, customer_id);

CREATE TABLE job_failure (
    id {uuid} PRIMARY KEY,
    job_id {uuid} NOT NULL CONSTRAINT job_failure_job REFERENCES job (id),
    -- Whom it could not be done with; or the number that nobody has, as it was given.
    customer_id {uuid} CONSTRAINT job_failure_customer REFERENCES customer (id),
    reference text,
    code text NOT NULL,
    occurred_at {time} NOT NULL,
    CONSTRAINT job_failure_whose CHECK ((customer_id IS NULL) <> (reference IS NULL))
) {strict};
CREATE INDEX job_failure_of_job ON job_failure (job_id, id);

ALTER TABLE task ADD COLUMN job_id {uuid} CONSTRAINT task_job REFERENCES job (id);
CREATE INDEX task_of_job ON task (job_id, id) WHERE job_id IS NOT NULL;
";

const DOWN: &str = r"
DROP INDEX task_of_job;
ALTER TABLE task DROP COLUMN job_id;
DROP TABLE job_failure;
DROP TABLE job_customer;
DROP TABLE job;
DROP TABLE customer_selection_reference;
DROP TABLE customer_selection;
";

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await
    }
}
