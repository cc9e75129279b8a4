//! What customers were told, what they allowed, and what was given to third parties.

use crate::dialect::{run, run_either};
use sea_orm_migration::prelude::*;

const UP: &str = r"
CREATE TABLE notice (
    id {uuid} PRIMARY KEY,
    customer_id {uuid} NOT NULL CONSTRAINT notice_customer REFERENCES customer (id),
    service_id {uuid} NOT NULL CONSTRAINT notice_service REFERENCES service (id),
    locale text NOT NULL CONSTRAINT notice_locale CHECK (locale IN ('SV', 'EN')),
    -- Word for word, and the SHA-256 of its UTF-8.
    text text NOT NULL,
    sha256 {bytes} NOT NULL CONSTRAINT notice_sha256 CHECK (length(sha256) = 32),
    -- The same as a machine reads it.
    tilt {json} NOT NULL,
    -- The facts that it states, for what is made of them later: reference data changes.
    said {json} NOT NULL,
    channel text NOT NULL,
    delivered_at {time} NOT NULL,
    delivered_by text NOT NULL
) {strict};
CREATE INDEX notice_of_customer ON notice (customer_id, id);

-- What it says, line by line, with what it said of the third party.
CREATE TABLE notice_line (
    notice_id {uuid} NOT NULL CONSTRAINT notice_line_notice REFERENCES notice (id),
    customer_id {uuid} NOT NULL CONSTRAINT notice_line_customer REFERENCES customer (id),
    system_id {uuid} NOT NULL CONSTRAINT notice_line_system REFERENCES system (id),
    third_party_id {uuid} NOT NULL CONSTRAINT notice_line_third_party REFERENCES third_party (id),
    purpose text NOT NULL CONSTRAINT notice_line_purpose REFERENCES purpose (key),
    category text NOT NULL CONSTRAINT notice_line_category REFERENCES data_category (key),
    country text NOT NULL,
    safeguard text,
    consent_needed {bool} NOT NULL,
    PRIMARY KEY (notice_id, system_id, purpose, category)
) {strict};
CREATE INDEX notice_line_of_customer ON notice_line (customer_id, third_party_id);

CREATE TABLE consent (
    id {uuid} PRIMARY KEY,
    customer_id {uuid} NOT NULL CONSTRAINT consent_customer REFERENCES customer (id),
    third_party_id {uuid} NOT NULL CONSTRAINT consent_third_party REFERENCES third_party (id),
    purpose text NOT NULL CONSTRAINT consent_purpose REFERENCES purpose (key),
    notice_id {uuid} NOT NULL CONSTRAINT consent_notice REFERENCES notice (id),
    granted_at {time} NOT NULL,
    ended_at {time},
    ended_as text CONSTRAINT consent_ended_as CHECK (ended_as IN ('WITHDRAWN', 'LAPSED')),
    CONSTRAINT consent_ends_after_start CHECK (ended_at IS NULL OR ended_at >= granted_at),
    CONSTRAINT consent_ends_somehow CHECK ((ended_at IS NULL) = (ended_as IS NULL))
) {strict};
CREATE INDEX consent_of_customer ON consent (customer_id, id);
-- Few, and asked about for every line of the map.
CREATE INDEX consent_withdrawn ON consent (customer_id, third_party_id, purpose) WHERE ended_as = 'WITHDRAWN';

CREATE TABLE consent_category (
    consent_id {uuid} NOT NULL CONSTRAINT consent_category_consent REFERENCES consent (id),
    customer_id {uuid} NOT NULL CONSTRAINT consent_category_customer REFERENCES customer (id),
    category text NOT NULL CONSTRAINT consent_category_category REFERENCES data_category (key),
    PRIMARY KEY (consent_id, category)
) {strict};

-- The history of a consent.
CREATE TABLE consent_event (
    id {uuid} PRIMARY KEY,
    consent_id {uuid} NOT NULL CONSTRAINT consent_event_consent REFERENCES consent (id),
    customer_id {uuid} NOT NULL CONSTRAINT consent_event_customer REFERENCES customer (id),
    kind text NOT NULL CONSTRAINT consent_event_kind CHECK (kind IN ('GRANTED', 'WITHDRAWN', 'LAPSED')),
    occurred_at {time} NOT NULL,
    channel text NOT NULL,
    evidence text,
    recorded_by text NOT NULL
) {strict};
CREATE INDEX consent_event_of_consent ON consent_event (consent_id, id);
-- Granted once and ended once.
CREATE UNIQUE INDEX consent_event_once ON consent_event (consent_id, (CASE kind WHEN 'GRANTED' THEN 1 ELSE 2 END));

CREATE TABLE disclosure (
    id {uuid} PRIMARY KEY,
    customer_id {uuid} NOT NULL CONSTRAINT disclosure_customer REFERENCES customer (id),
    third_party_id {uuid} NOT NULL CONSTRAINT disclosure_third_party REFERENCES third_party (id),
    system_id {uuid} NOT NULL CONSTRAINT disclosure_system REFERENCES system (id),
    purpose text NOT NULL CONSTRAINT disclosure_purpose REFERENCES purpose (key),
    consent_id {uuid} CONSTRAINT disclosure_consent REFERENCES consent (id),
    channel text NOT NULL,
    disclosed_at {time} NOT NULL,
    disclosed_by text NOT NULL
) {strict};
CREATE INDEX disclosure_of_customer ON disclosure (customer_id, id);

CREATE TABLE disclosure_category (
    disclosure_id {uuid} NOT NULL CONSTRAINT disclosure_category_disclosure REFERENCES disclosure (id),
    customer_id {uuid} NOT NULL CONSTRAINT disclosure_category_customer REFERENCES customer (id),
    category text NOT NULL CONSTRAINT disclosure_category_category REFERENCES data_category (key),
    PRIMARY KEY (disclosure_id, category)
) {strict};
";

/// What was told, allowed and given is history: rows are added, and only a consent ends, once.
const HISTORY: [&str; 6] =
    ["notice", "notice_line", "consent_category", "consent_event", "disclosure", "disclosure_category"];

fn lock_postgres() -> String {
    let function = "CREATE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'what was told, allowed and given is history' USING ERRCODE = 'insufficient_privilege';
        END $$;";
    let trigger = |table| {
        format!(
            "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
             FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
             CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
             FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();"
        )
    };
    let consent = "CREATE TRIGGER consent_no_delete BEFORE DELETE ON consent
            FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
        CREATE TRIGGER consent_no_truncate BEFORE TRUNCATE ON consent
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
        CREATE TRIGGER consent_ends_once BEFORE UPDATE ON consent FOR EACH ROW
            WHEN (OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
                OR (OLD.id, OLD.customer_id, OLD.third_party_id, OLD.purpose, OLD.notice_id, OLD.granted_at)
                IS DISTINCT FROM
                (NEW.id, NEW.customer_id, NEW.third_party_id, NEW.purpose, NEW.notice_id, NEW.granted_at))
            EXECUTE FUNCTION refuse_change_of_history();";
    std::iter::once(function.to_owned()).chain(HISTORY.map(trigger)).chain([consent.to_owned()]).collect()
}

fn lock_sqlite() -> String {
    let trigger = |table| {
        let refuse = "BEGIN SELECT raise(abort, 'what was told, allowed and given is history'); END;";
        format!(
            "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}
             CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}"
        )
    };
    let consent = "CREATE TRIGGER consent_no_delete BEFORE DELETE ON consent
            BEGIN SELECT raise(abort, 'what was told, allowed and given is history'); END;
        CREATE TRIGGER consent_ends_once BEFORE UPDATE ON consent
            WHEN OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
                OR (OLD.id, OLD.customer_id, OLD.third_party_id, OLD.purpose, OLD.notice_id, OLD.granted_at)
                IS NOT
                (NEW.id, NEW.customer_id, NEW.third_party_id, NEW.purpose, NEW.notice_id, NEW.granted_at)
            BEGIN SELECT raise(abort, 'what was told, allowed and given is history'); END;";
    HISTORY.map(trigger).concat() + consent
}

const DOWN: &str = r"
DROP TABLE disclosure_category;
DROP TABLE disclosure;
DROP TABLE consent_event;
DROP TABLE consent_category;
DROP TABLE consent;
DROP TABLE notice_line;
DROP TABLE notice;
";

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await?;
        run_either(manager, &lock_postgres(), &lock_sqlite()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await?;
        run_either(manager, "DROP FUNCTION refuse_change_of_history()", "SELECT 1").await
    }
}
