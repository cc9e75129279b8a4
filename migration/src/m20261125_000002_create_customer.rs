//! Customers, what they ordered, and where their data lies.

use crate::dialect::run;
use sea_orm_migration::prelude::*;

const UP: &str = r"
CREATE TABLE customer (
    id {uuid} PRIMARY KEY,
    reference text NOT NULL CONSTRAINT customer_reference UNIQUE,
    kind text NOT NULL CONSTRAINT customer_kind CHECK (kind IN ('PERSON', 'ORGANIZATION')),
    status text NOT NULL CONSTRAINT customer_status
        CHECK (status IN ('ACTIVE', 'DORMANT', 'RESTRICTED', 'ANONYMIZED', 'ERASED')),
    status_since {time} NOT NULL,
    locale text NOT NULL CONSTRAINT customer_locale CHECK (locale IN ('SV', 'EN')),
    version integer NOT NULL,
    channel text NOT NULL,
    -- Sealed under the customer's own key; the database never holds it in the open.
    profile {bytes},
    created_at {time} NOT NULL,
    CONSTRAINT customer_gone_without_profile
        CHECK (status NOT IN ('ANONYMIZED', 'ERASED') OR profile IS NULL)
) {strict};
CREATE INDEX customer_by_creation ON customer (created_at, id);
CREATE INDEX customer_by_status ON customer (status_since, id);

-- Which master keys data was sealed with, so that a server with others is refused. Never the keys themselves.
CREATE TABLE master_key (
    id text PRIMARY KEY,
    looks_up {bool} NOT NULL,
    first_used_at {time} NOT NULL
) {strict};
CREATE UNIQUE INDEX master_key_one_looks_up ON master_key (looks_up) WHERE looks_up;

-- Destroying the row makes every copy of the profile unreadable, in every backup that lacks this table.
CREATE TABLE subject_key (
    customer_id {uuid} PRIMARY KEY CONSTRAINT subject_key_customer REFERENCES customer (id),
    master_key_id text NOT NULL,
    wrapped {bytes} NOT NULL
) {strict};

-- Keyed hashes of what a customer can be found by.
CREATE TABLE customer_lookup (
    customer_id {uuid} NOT NULL CONSTRAINT customer_lookup_customer REFERENCES customer (id),
    kind text NOT NULL CONSTRAINT customer_lookup_kind CHECK (kind IN ('EMAIL', 'PHONE', 'NATIONAL_ID')),
    hash {bytes} NOT NULL,
    PRIMARY KEY (customer_id, kind)
) {strict};
CREATE INDEX customer_lookup_by_hash ON customer_lookup (hash, kind);
CREATE UNIQUE INDEX customer_lookup_one_national_id ON customer_lookup (hash) WHERE kind = 'NATIONAL_ID';

CREATE TABLE subscription (
    id {uuid} PRIMARY KEY,
    customer_id {uuid} NOT NULL CONSTRAINT subscription_customer REFERENCES customer (id),
    service_id {uuid} NOT NULL CONSTRAINT subscription_service REFERENCES service (id),
    channel text NOT NULL,
    started_at {time} NOT NULL,
    ended_at {time},
    end_reason text,
    switched_to {uuid} CONSTRAINT subscription_switched_to REFERENCES subscription (id),
    CONSTRAINT subscription_ends_after_start CHECK (ended_at IS NULL OR ended_at >= started_at)
) {strict};
CREATE INDEX subscription_of_customer ON subscription (customer_id, service_id);
CREATE INDEX subscription_of_service ON subscription (service_id, ended_at);

CREATE TABLE data_location (
    id {uuid} PRIMARY KEY,
    customer_id {uuid} NOT NULL CONSTRAINT data_location_customer REFERENCES customer (id),
    category text NOT NULL CONSTRAINT data_location_category REFERENCES data_category (key),
    system_id {uuid} NOT NULL CONSTRAINT data_location_system REFERENCES system (id),
    external_reference text,
    source_channel text NOT NULL,
    collected_at {time} NOT NULL,
    document_date {date},
    recorded_by text NOT NULL,
    state text NOT NULL CONSTRAINT data_location_state CHECK (state IN
        ('HELD', 'RESTRICTED', 'DISPOSAL_PENDING', 'ERASED', 'ANONYMIZED', 'LOST_TRACK')),
    held_from {time} NOT NULL,
    held_to {time},
    last_verified_at {time},
    CONSTRAINT data_location_tombstone CHECK
        ((held_to IS NOT NULL) = (state IN ('ERASED', 'ANONYMIZED')) AND (held_to IS NULL OR external_reference IS NULL))
) {strict};
CREATE UNIQUE INDEX data_location_one_live
    ON data_location (customer_id, system_id, category, coalesce(external_reference, '')) WHERE held_to IS NULL;
CREATE INDEX data_location_of_customer ON data_location (customer_id, id);
CREATE INDEX data_location_at_system ON data_location (system_id, customer_id);
";

const DOWN: &str = r"
DROP TABLE data_location;
DROP TABLE subscription;
DROP TABLE customer_lookup;
DROP TABLE subject_key;
DROP TABLE master_key;
DROP TABLE customer;
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
