//! Comparisons of the map with what systems themselves hold.

use crate::dialect::run;
use sea_orm_migration::prelude::*;

const UP: &str = r"
CREATE TABLE reconciliation (
    id {uuid} PRIMARY KEY,
    system_id {uuid} NOT NULL CONSTRAINT reconciliation_system REFERENCES system (id),
    -- The one customer that it is limited to.
    customer_id {uuid} CONSTRAINT reconciliation_customer REFERENCES customer (id),
    state text NOT NULL CONSTRAINT reconciliation_state CHECK (state IN ('RUNNING', 'SUCCEEDED', 'FAILED')),
    started_at {time} NOT NULL,
    finished_at {time},
    error text,
    matched {long} NOT NULL,
    -- How often a worker has taken it in hand, and until when the last one has it.
    lease {long} NOT NULL,
    taken_until {time},
    -- Which time it was, when what was found was read; and by which version of the system's row.
    reading {long} NOT NULL,
    system_version integer NOT NULL,
    read_at {time},
    -- How it was read: what follows goes by that, whatever is said of the system since.
    read_by {json},
    -- The last customer whose lines were compared, and whether all were.
    compared_to {uuid},
    lines_compared {bool} NOT NULL,
    CONSTRAINT reconciliation_ended CHECK ((state = 'RUNNING') = (finished_at IS NULL)),
    CONSTRAINT reconciliation_failed CHECK ((state = 'FAILED') = (error IS NOT NULL))
) {strict};
CREATE UNIQUE INDEX reconciliation_one_running ON reconciliation (system_id) WHERE state = 'RUNNING';
CREATE INDEX reconciliation_of_system ON reconciliation (system_id, id);

-- What was found, while it is compared. Never an e-mail address, a phone number or a national id: a keyed hash of it.
CREATE TABLE reconciliation_found (
    reconciliation_id {uuid} NOT NULL CONSTRAINT reconciliation_found_by REFERENCES reconciliation (id),
    reading {long} NOT NULL,
    known_by text NOT NULL,
    key text NOT NULL,
    category text NOT NULL,
    unerased integer NOT NULL,
    unmasked integer NOT NULL,
    seen {bool} NOT NULL,
    PRIMARY KEY (reconciliation_id, reading, known_by, key, category)
) {strict};
CREATE INDEX reconciliation_found_unseen ON reconciliation_found (reconciliation_id, reading, known_by, key, category)
    WHERE NOT seen;

CREATE TABLE reconciliation_difference (
    id {uuid} PRIMARY KEY,
    reconciliation_id {uuid} NOT NULL CONSTRAINT reconciliation_difference_of REFERENCES reconciliation (id),
    kind text NOT NULL CONSTRAINT reconciliation_difference_kind
        CHECK (kind IN ('MISSING_IN_SYSTEM', 'MISSING_ON_MAP', 'STILL_THERE')),
    data_location_id {uuid} CONSTRAINT reconciliation_difference_line REFERENCES data_location (id),
    customer_id {uuid} CONSTRAINT reconciliation_difference_customer REFERENCES customer (id),
    category text NOT NULL CONSTRAINT reconciliation_difference_category REFERENCES data_category (key),
    -- Of what is not on the map, until the next comparison.
    external_reference text,
    CONSTRAINT reconciliation_difference_has_a_line CHECK
        ((kind = 'MISSING_ON_MAP') = (data_location_id IS NULL) AND (data_location_id IS NULL OR customer_id IS NOT NULL)
        AND (external_reference IS NULL OR kind = 'MISSING_ON_MAP'))
) {strict};
CREATE INDEX reconciliation_difference_in_order ON reconciliation_difference (reconciliation_id, id);
CREATE INDEX reconciliation_difference_of_customer ON reconciliation_difference (customer_id)
    WHERE customer_id IS NOT NULL;
CREATE INDEX reconciliation_difference_came_back ON reconciliation_difference (data_location_id)
    WHERE kind = 'STILL_THERE';

-- Whose record it is that was found.
CREATE INDEX data_location_by_reference ON data_location (system_id, external_reference)
    WHERE external_reference IS NOT NULL;
-- What was lost.
CREATE INDEX data_location_lost ON data_location (id) WHERE state = 'LOST_TRACK';
";

const DOWN: &str = r"
DROP INDEX data_location_lost;
DROP INDEX data_location_by_reference;
DROP TABLE reconciliation_difference;
DROP TABLE reconciliation_found;
DROP TABLE reconciliation;
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
