//! Who is gone, or is to be once the law lets go, and what they are not to be taken in again by.

use crate::dialect::run;
use sea_orm_migration::prelude::*;

const UP: &str = r"
-- What a customer was disposed of as. While the law keeps a part of their profile here, their status is RESTRICTED; then it
-- becomes this.
ALTER TABLE customer ADD COLUMN disposed_as text CONSTRAINT customer_disposed_as CHECK
    (disposed_as IS NULL OR (disposed_as IN ('ANONYMIZED', 'ERASED') AND status IN ('RESTRICTED', disposed_as)));

-- Why somebody was to go, as whoever decided it said.
ALTER TABLE disposal_plan ADD COLUMN reason text;

-- Keyed hashes of what those were found by who are gone. Not of whom: they only say that somebody was.
CREATE TABLE erased_lookup (
    kind text NOT NULL CONSTRAINT erased_lookup_kind
        CHECK (kind IN ('REFERENCE', 'EMAIL', 'PHONE', 'NATIONAL_ID')),
    hash {bytes} NOT NULL CONSTRAINT erased_lookup_hash CHECK (length(hash) = 32),
    PRIMARY KEY (kind, hash)
) {strict};
";

const DOWN: &str = r"
DROP TABLE erased_lookup;
ALTER TABLE disposal_plan DROP COLUMN reason;
ALTER TABLE customer DROP COLUMN disposed_as;
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
