//! The records of processing activities that somebody has approved (Art. 30).

use crate::dialect::{run, run_either};
use sea_orm_migration::prelude::*;

const UP: &str = r"
CREATE TABLE processing_record (
    number integer PRIMARY KEY,
    -- SHA-256 of the document as RFC 8785 spells it.
    hash {bytes} NOT NULL CONSTRAINT processing_record_hash CHECK (length(hash) = 32),
    document {json} NOT NULL,
    comment text,
    approved_by text NOT NULL,
    approved_at {time} NOT NULL
) {strict};
";

const LOCK_POSTGRES: &str =
    "CREATE TRIGGER processing_record_no_change BEFORE UPDATE OR DELETE ON processing_record
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_register();
CREATE TRIGGER processing_record_no_truncate BEFORE TRUNCATE ON processing_record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_register();";

const LOCK_SQLITE: &str = r"
CREATE TRIGGER processing_record_no_update BEFORE UPDATE ON processing_record
    BEGIN SELECT raise(abort, 'what is on record for the authority stays as it is'); END;
CREATE TRIGGER processing_record_no_delete BEFORE DELETE ON processing_record
    BEGIN SELECT raise(abort, 'what is on record for the authority stays as it is'); END;
";

const DOWN: &str = "DROP TABLE processing_record";

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
