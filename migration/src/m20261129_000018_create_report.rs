//! Reports as files: who asked for which, and, for a while, what is in them.

use crate::dialect::run;
use sea_orm_migration::prelude::*;

const UP: &str = r"
CREATE TABLE report (
    id {uuid} PRIMARY KEY,
    kind text NOT NULL CONSTRAINT report_kind
        CHECK (kind IN ('ROPA', 'INVENTORY', 'FINDINGS', 'CUSTOMER', 'INCIDENT', 'AUDIT')),
    format text NOT NULL CONSTRAINT report_format CHECK (format IN ('CSV', 'XLSX', 'JSON', 'HTML')),
    locale text NOT NULL,
    -- What it is limited to.
    wanted {json} NOT NULL,
    -- The one table of a CSV file.
    only_table text,
    -- Whom all of it is about.
    customer_id {uuid} CONSTRAINT report_customer REFERENCES customer (id),
    -- On whose behalf it is made: as their token said.
    requested_by text NOT NULL,
    requested_by_name text NOT NULL,
    actor {json} NOT NULL,
    purpose text,
    reason text,
    state text NOT NULL CONSTRAINT report_state CHECK (state IN ('QUEUED', 'RUNNING', 'READY', 'FAILED', 'EXPIRED')),
    failure_code text,
    failure text,
    lease {long} NOT NULL,
    taken_until {time},
    requested_at {time} NOT NULL,
    finished_at {time},
    -- When what is in it goes.
    expires_at {time},
    rows {long} NOT NULL,
    size {long} NOT NULL,
    sha256 text,
    content_sha256 text,
    metadata {json},
    downloads {long} NOT NULL,
    CONSTRAINT report_of_a_customer CHECK (kind <> 'CUSTOMER' OR customer_id IS NOT NULL),
    CONSTRAINT report_ready CHECK (state NOT IN ('READY', 'EXPIRED')
        OR (sha256 IS NOT NULL AND content_sha256 IS NOT NULL AND expires_at IS NOT NULL AND finished_at IS NOT NULL)),
    CONSTRAINT report_failed CHECK ((state = 'FAILED') = (failure_code IS NOT NULL))
) {strict};
CREATE INDEX report_open ON report (requested_at) WHERE state IN ('QUEUED', 'RUNNING');
CREATE INDEX report_there ON report (expires_at) WHERE state = 'READY';
CREATE INDEX report_of_customer ON report (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX report_file ON report (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX report_content ON report (content_sha256) WHERE content_sha256 IS NOT NULL;

-- What is in it, sealed, until it goes.
CREATE TABLE report_part (
    report_id {uuid} NOT NULL CONSTRAINT report_part_report REFERENCES report (id),
    number {long} NOT NULL,
    master_key_id text NOT NULL,
    wrapped {bytes} NOT NULL,
    sealed {bytes} NOT NULL,
    PRIMARY KEY (report_id, number)
) {strict};
";

const DOWN: &str = r"
DROP TABLE report_part;
DROP TABLE report;
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
