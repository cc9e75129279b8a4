//! What was brought in from files, and how far each has come.

use crate::dialect::run;
use sea_orm_migration::prelude::*;

const UP: &str = r"
CREATE TABLE import (
    id {uuid} PRIMARY KEY,
    kind text NOT NULL
        CONSTRAINT import_kind CHECK (kind IN ('CUSTOMERS', 'SUBSCRIPTIONS', 'CONSENTS', 'DATA_LOCATIONS')),
    requested_by text NOT NULL,
    requested_by_name text NOT NULL,
    -- Tells files apart, and says nothing of what is in them.
    source_hash {bytes} NOT NULL CONSTRAINT import_source_hash CHECK (length(source_hash) = 32),
    -- How often the same file was brought in before, on purpose.
    round integer NOT NULL CONSTRAINT import_round CHECK (round >= 0),
    created_at {time} NOT NULL,
    finished_at {time},
    CONSTRAINT import_once UNIQUE (requested_by, kind, source_hash, round)
) {strict};

-- What is done of a file: a chunk is there once all of it is.
CREATE TABLE import_chunk (
    import_id {uuid} NOT NULL CONSTRAINT import_chunk_import REFERENCES import (id),
    number integer NOT NULL CONSTRAINT import_chunk_number CHECK (number >= 0),
    created {long} NOT NULL,
    unchanged {long} NOT NULL,
    rejected {long} NOT NULL,
    -- Data locations that are on their way out by it.
    disposal_pending {long} NOT NULL,
    -- Until the import is over, what was told of those: rows by their place, and words about them, nobody's values.
    refusals text,
    imported_at {time} NOT NULL,
    PRIMARY KEY (import_id, number),
    CONSTRAINT import_chunk_counts CHECK (created >= 0 AND unchanged >= 0 AND rejected >= 0 AND disposal_pending >= 0)
) {strict};
";

const DOWN: &str = r"
DROP TABLE import_chunk;
DROP TABLE import;
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
