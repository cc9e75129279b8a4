//! What somebody has seen of what is wrong, and why it stays so for now.

use crate::dialect::run;
use sea_orm_migration::prelude::*;

const UP: &str = r"
CREATE TABLE finding_acknowledgement (
    kind text NOT NULL,
    subject_id {uuid} NOT NULL,
    -- As the finding said: what is wrong again is another.
    since {time} NOT NULL,
    -- How urgent it was, 1 the most: what has become worse is another.
    urgency integer NOT NULL CONSTRAINT finding_acknowledgement_urgency CHECK (urgency BETWEEN 1 AND 4),
    customer_id {uuid} CONSTRAINT finding_acknowledgement_customer REFERENCES customer (id),
    reason text NOT NULL,
    -- The last day on which it holds.
    until {date} NOT NULL,
    acknowledged_by text NOT NULL,
    acknowledged_at {time} NOT NULL,
    PRIMARY KEY (kind, subject_id)
) {strict};
CREATE INDEX finding_acknowledgement_of_customer ON finding_acknowledgement (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX finding_acknowledgement_of_subject ON finding_acknowledgement (subject_id);
";

const DOWN: &str = "DROP TABLE finding_acknowledgement";

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
