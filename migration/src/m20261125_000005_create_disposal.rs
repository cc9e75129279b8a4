//! What keeps data against everything else, what is to be done at systems, and what was planned.

use crate::dialect::run;
use sea_orm_migration::prelude::*;

const UP: &str = r"
CREATE TABLE legal_hold (
    id {uuid} PRIMARY KEY,
    customer_id {uuid} NOT NULL CONSTRAINT legal_hold_customer REFERENCES customer (id),
    reason text NOT NULL,
    reference text,
    review_due {date},
    placed_by text NOT NULL,
    placed_at {time} NOT NULL,
    lifted_by text,
    lifted_at {time},
    lift_reason text,
    CONSTRAINT legal_hold_lifted_somehow
        CHECK ((lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lift_reason IS NULL)),
    CONSTRAINT legal_hold_lifted_after_placed CHECK (lifted_at IS NULL OR lifted_at >= placed_at)
) {strict};
CREATE INDEX legal_hold_of_customer ON legal_hold (customer_id, id);
-- Few, and asked about for every line of the map.
CREATE INDEX legal_hold_in_force ON legal_hold (customer_id) WHERE lifted_at IS NULL;

-- What a hold is about, with everything below it; without any, everything.
CREATE TABLE legal_hold_category (
    legal_hold_id {uuid} NOT NULL CONSTRAINT legal_hold_category_hold REFERENCES legal_hold (id),
    customer_id {uuid} NOT NULL CONSTRAINT legal_hold_category_customer REFERENCES customer (id),
    category text NOT NULL CONSTRAINT legal_hold_category_category REFERENCES data_category (key),
    PRIMARY KEY (legal_hold_id, category)
) {strict};

-- One thing to be done at one system. It is written with what made it necessary, and is never removed.
CREATE TABLE task (
    id {uuid} PRIMARY KEY,
    customer_id {uuid} NOT NULL CONSTRAINT task_customer REFERENCES customer (id),
    system_id {uuid} NOT NULL CONSTRAINT task_system REFERENCES system (id),
    action text NOT NULL CONSTRAINT task_action
        CHECK (action IN ('ERASE', 'ANONYMIZE', 'RECTIFY', 'EXPORT', 'RESTRICT', 'VERIFY')),
    cause text NOT NULL CONSTRAINT task_cause CHECK (cause IN
        ('DATA_REQUEST', 'RECTIFICATION', 'SUBSCRIPTION_ENDED', 'CONSENT_WITHDRAWN', 'REQUIREMENTS_CHANGED',
        'PERIOD_ENDED', 'HOLD_LIFTED', 'RESTRICTION', 'ERASURE', 'BULK_JOB', 'RECONCILIATION',
        'IMPORT')),
    state text NOT NULL CONSTRAINT task_state CHECK (state IN
        ('PENDING', 'RUNNING', 'SUCCEEDED', 'RETRYING', 'AWAITING_THIRD_PARTY', 'NEEDS_HUMAN', 'CANCELLED')),
    outcome text CONSTRAINT task_outcome
        CHECK (outcome IN ('DONE', 'NOTHING_FOUND', 'KEPT', 'IMPOSSIBLE', 'SUPERSEDED')),
    -- When it may begin, as it was decided.
    not_before {time} NOT NULL,
    -- When the program looks at it again: when it may begin, after a failure, when a worker that has it must be gone, or
    -- when an answer should have come.
    next_attempt_at {time},
    -- How often it was tried since a person last asked for that.
    attempts integer NOT NULL,
    -- Goes up whenever a worker takes it: what comes from one that had it before does not count.
    lease {long} NOT NULL,
    -- What calls about it are known by elsewhere: the same on each attempt.
    call_key {uuid} NOT NULL,
    -- How many rows an attempt found before it changed anything.
    found_before {long},
    -- How its system was reached then: the system's version.
    found_version integer,
    -- Whether its system says that there was nothing of the customer's.
    found_nothing {bool} NOT NULL,
    -- Without personal values.
    last_error text,
    -- When its system's holder was told, and when they answered for good.
    sent_at {time},
    answered_at {time},
    -- By when they should have answered for good, once they were told.
    answer_by {time},
    -- How many letters they were sent about it.
    letters integer NOT NULL,
    due_at {time} NOT NULL,
    created_at {time} NOT NULL,
    finished_at {time},
    CONSTRAINT task_finished CHECK ((finished_at IS NOT NULL) = (state IN ('SUCCEEDED', 'CANCELLED'))),
    CONSTRAINT task_has_outcome CHECK ((outcome IS NOT NULL) = (finished_at IS NOT NULL))
) {strict};
CREATE INDEX task_of_customer ON task (customer_id, id);
CREATE INDEX task_at_system ON task (system_id, id);
CREATE INDEX task_by_date ON task (due_at, id);
CREATE INDEX task_open ON task (next_attempt_at, id) WHERE finished_at IS NULL;

-- Exactly what a task is about.
CREATE TABLE task_location (
    task_id {uuid} NOT NULL CONSTRAINT task_location_task REFERENCES task (id),
    data_location_id {uuid} NOT NULL CONSTRAINT task_location_location REFERENCES data_location (id),
    customer_id {uuid} NOT NULL CONSTRAINT task_location_customer REFERENCES customer (id),
    PRIMARY KEY (task_id, data_location_id)
) {strict};
CREATE INDEX task_location_by_location ON task_location (data_location_id);

-- What a disposal would do, or did.
CREATE TABLE disposal_plan (
    id {uuid} PRIMARY KEY,
    -- Null when it is about many.
    customer_id {uuid} CONSTRAINT disposal_plan_customer REFERENCES customer (id),
    cause text NOT NULL,
    -- What was to end: a subscription, a consent, a hold, a rule, or what a service needed.
    subject_id {uuid} NOT NULL,
    -- What all that was asked for comes to, besides: a service to change to, requirements to be.
    wish {bytes} NOT NULL,
    hash {bytes} NOT NULL CONSTRAINT disposal_plan_hash CHECK (length(hash) = 32),
    created_at {time} NOT NULL,
    created_by text NOT NULL,
    expires_at {time} NOT NULL,
    executed_at {time},
    customers {long} NOT NULL,
    locations {long} NOT NULL,
    kept {long} NOT NULL
) {strict};
CREATE INDEX disposal_plan_of_subject ON disposal_plan (subject_id, hash);
CREATE INDEX disposal_plan_not_executed ON disposal_plan (expires_at) WHERE executed_at IS NULL;

CREATE TABLE disposal_plan_item (
    disposal_plan_id {uuid} NOT NULL CONSTRAINT disposal_plan_item_plan REFERENCES disposal_plan (id),
    data_location_id {uuid} NOT NULL CONSTRAINT disposal_plan_item_location REFERENCES data_location (id),
    customer_id {uuid} NOT NULL CONSTRAINT disposal_plan_item_customer REFERENCES customer (id),
    category text NOT NULL CONSTRAINT disposal_plan_item_category REFERENCES data_category (key),
    system_id {uuid} NOT NULL CONSTRAINT disposal_plan_item_system REFERENCES system (id),
    decision text NOT NULL CONSTRAINT disposal_plan_item_decision
        CHECK (decision IN ('ERASE', 'ANONYMIZE', 'RESTRICT', 'KEEP')),
    kept_until {time},
    -- The facts that keep it, by id.
    reasons {json} NOT NULL,
    PRIMARY KEY (disposal_plan_id, data_location_id)
) {strict};
CREATE INDEX disposal_plan_item_of_location ON disposal_plan_item (data_location_id);
-- Lines that are not as a live service would have them are few.
CREATE INDEX data_location_not_held ON data_location (customer_id) WHERE state <> 'HELD' AND held_to IS NULL;
";

const DOWN: &str = r"
DROP INDEX data_location_not_held;
DROP TABLE disposal_plan_item;
DROP TABLE disposal_plan;
DROP TABLE task_location;
DROP TABLE task;
DROP TABLE legal_hold_category;
DROP TABLE legal_hold;
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
