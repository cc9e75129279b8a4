//! What the company is, what it knows about data, and what its services need.

use crate::dialect::run;
use sea_orm_migration::prelude::*;

const UP: &str = r"
CREATE TABLE controller (
    id integer PRIMARY KEY CONSTRAINT controller_is_one CHECK (id = 1),
    version integer NOT NULL,
    name text NOT NULL,
    registration_number text,
    address text,
    country text NOT NULL,
    email text,
    phone text,
    website text,
    data_protection_officer {json},
    representative {json},
    supervisory_authority {json},
    locale text NOT NULL CONSTRAINT controller_locale CHECK (locale IN ('SV', 'EN')),
    time_zone text NOT NULL,
    fiscal_year_end_month integer NOT NULL
        CONSTRAINT controller_fiscal_year_end_month CHECK (fiscal_year_end_month BETWEEN 1 AND 12),
    default_grace text NOT NULL
) {strict};

-- Counts every change of what is kept in memory, so that each server sees that it must load anew.
CREATE TABLE catalog_version (
    id integer PRIMARY KEY CONSTRAINT catalog_version_is_one CHECK (id = 1),
    version {long} NOT NULL
) {strict};
INSERT INTO catalog_version (id, version) VALUES (1, 0);

CREATE TABLE data_category (
    key text PRIMARY KEY,
    parent text CONSTRAINT data_category_parent REFERENCES data_category (key),
    version integer NOT NULL,
    name text NOT NULL,
    description text,
    sensitivity text NOT NULL
        CONSTRAINT data_category_sensitivity CHECK (sensitivity IN ('ORDINARY', 'CONFIDENTIAL', 'SPECIAL', 'CRIMINAL')),
    translations {json} NOT NULL,
    retired_at {time}
) {strict};

CREATE TABLE purpose (
    key text PRIMARY KEY,
    version integer NOT NULL,
    name text NOT NULL,
    description text,
    legal_basis text NOT NULL CONSTRAINT purpose_legal_basis CHECK (legal_basis IN
        ('CONSENT', 'CONTRACT', 'LEGAL_OBLIGATION', 'VITAL_INTERESTS', 'PUBLIC_TASK', 'LEGITIMATE_INTERESTS')),
    legitimate_interest text,
    special_category_condition text,
    sharing_needs_consent {bool} NOT NULL,
    assessment_reference text,
    translations {json} NOT NULL,
    retired_at {time},
    CONSTRAINT purpose_legitimate_interest
        CHECK (legal_basis <> 'LEGITIMATE_INTERESTS' OR legitimate_interest IS NOT NULL)
) {strict};

CREATE TABLE retention_rule (
    id {uuid} PRIMARY KEY,
    category text NOT NULL CONSTRAINT retention_rule_category REFERENCES data_category (key),
    purpose text NOT NULL CONSTRAINT retention_rule_purpose REFERENCES purpose (key),
    keep_for text NOT NULL,
    counted_from text NOT NULL CONSTRAINT retention_rule_counted_from CHECK (counted_from IN
        ('COLLECTED', 'SUBSCRIPTION_ENDED', 'FISCAL_YEAR_ENDED')),
    statute text NOT NULL,
    retired_at {time}
) {strict};
CREATE UNIQUE INDEX retention_rule_one_live ON retention_rule (category, purpose) WHERE retired_at IS NULL;

CREATE TABLE third_party (
    id {uuid} PRIMARY KEY,
    version integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    role text NOT NULL
        CONSTRAINT third_party_role CHECK (role IN ('PROCESSOR', 'JOINT_CONTROLLER', 'CONTROLLER')),
    country text NOT NULL,
    privacy_contact text,
    status text NOT NULL
        CONSTRAINT third_party_status CHECK (status IN ('PROPOSED', 'APPROVED', 'SUSPENDED', 'RETIRED')),
    agreement_reference text,
    agreement_signed_on {date},
    agreement_expires_on {date},
    safeguard text CONSTRAINT third_party_safeguard
        CHECK (safeguard IN ('EEA', 'ADEQUACY', 'SCC', 'BCR', 'DEROGATION')),
    safeguard_reference text,
    measures {json} NOT NULL,
    review_due {date},
    sub_processor_of {uuid} CONSTRAINT third_party_sub_processor_of REFERENCES third_party (id),
    announced_on {date},
    objection_until {date},
    CONSTRAINT third_party_not_its_own_processor CHECK (sub_processor_of <> id),
    CONSTRAINT third_party_agreement CHECK ((agreement_reference IS NULL) = (agreement_signed_on IS NULL))
) {strict};
CREATE UNIQUE INDEX third_party_name ON third_party (name) WHERE status <> 'RETIRED';

CREATE TABLE assessment (
    id {uuid} PRIMARY KEY,
    third_party_id {uuid} NOT NULL CONSTRAINT assessment_third_party REFERENCES third_party (id),
    status text NOT NULL
        CONSTRAINT assessment_status CHECK (status IN ('PROPOSED', 'APPROVED', 'SUSPENDED', 'RETIRED')),
    grounds text NOT NULL,
    agreement_reference text,
    agreement_signed_on {date},
    agreement_expires_on {date},
    safeguard text,
    safeguard_reference text,
    measures {json} NOT NULL,
    review_due {date},
    assessed_by text NOT NULL,
    assessed_at {time} NOT NULL
) {strict};
CREATE INDEX assessment_of_third_party ON assessment (third_party_id, id);

CREATE TABLE system (
    id {uuid} PRIMARY KEY,
    version integer NOT NULL,
    name text NOT NULL,
    third_party_id {uuid} CONSTRAINT system_third_party REFERENCES third_party (id),
    country text NOT NULL,
    owner text,
    measures {json} NOT NULL,
    review_due {date},
    -- How the program reaches it; null: it does not.
    connector {json},
    -- Kartotek itself: what it keeps of a customer's profile stands in the map like any other data.
    built_in {bool} NOT NULL,
    retired_at {time}
) {strict};
CREATE UNIQUE INDEX system_name ON system (name) WHERE retired_at IS NULL;
CREATE UNIQUE INDEX system_one_built_in ON system (built_in) WHERE built_in;
CREATE INDEX system_of_third_party ON system (third_party_id);

CREATE TABLE service (
    id {uuid} PRIMARY KEY,
    version integer NOT NULL,
    key text NOT NULL CONSTRAINT service_key UNIQUE,
    name text NOT NULL,
    description text,
    processed_on_behalf {json} NOT NULL,
    impact_assessment_reference text,
    translations {json} NOT NULL,
    retired_at {time}
) {strict};

-- A requirement that was dropped stays, retired: it still says for what purpose a system came to hold
-- a category, and so which retention rule reaches data that lies there.
CREATE TABLE data_requirement (
    id {uuid} PRIMARY KEY,
    service_id {uuid} NOT NULL CONSTRAINT data_requirement_service REFERENCES service (id),
    category text NOT NULL CONSTRAINT data_requirement_category REFERENCES data_category (key),
    purpose text NOT NULL CONSTRAINT data_requirement_purpose REFERENCES purpose (key),
    system_id {uuid} NOT NULL CONSTRAINT data_requirement_system REFERENCES system (id),
    on_end text NOT NULL CONSTRAINT data_requirement_on_end CHECK (on_end IN ('ERASE', 'ANONYMIZE')),
    grace text NOT NULL,
    retired_at {time}
) {strict};
CREATE UNIQUE INDEX data_requirement_one_live
    ON data_requirement (service_id, category, purpose, system_id) WHERE retired_at IS NULL;
CREATE INDEX data_requirement_of_place ON data_requirement (category, system_id);
";

const DOWN: &str = r"
DROP TABLE data_requirement;
DROP TABLE service;
DROP TABLE system;
DROP TABLE assessment;
DROP TABLE third_party;
DROP TABLE retention_rule;
DROP TABLE purpose;
DROP TABLE data_category;
DROP TABLE catalog_version;
DROP TABLE controller;
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
