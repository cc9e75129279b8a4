//! The register of personal-data breaches (Art. 33(5)), and who was told of them.

use crate::dialect::{run, run_either};
use sea_orm_migration::prelude::*;

const UP: &str = r"
CREATE TABLE incident (
    id {uuid} PRIMARY KEY,
    version integer NOT NULL,
    summary text NOT NULL,
    -- What happened to the data: seen, changed, or lost.
    confidentiality {bool} NOT NULL,
    integrity {bool} NOT NULL,
    availability {bool} NOT NULL,
    risk text CONSTRAINT incident_risk CHECK (risk IN ('UNLIKELY', 'LIKELY', 'HIGH')),
    third_party_id {uuid} CONSTRAINT incident_third_party REFERENCES third_party (id),
    window_start {time} NOT NULL,
    window_end {time},
    aware_at {time} NOT NULL,
    consequences text,
    measures text,
    reported_by text NOT NULL,
    created_at {time} NOT NULL,
    closed_by text,
    closed_at {time},
    conclusion text,
    -- Why the customers were not told although the risk is high (Art. 34(3)).
    not_told_because text,
    CONSTRAINT incident_kind CHECK (confidentiality OR integrity OR availability),
    CONSTRAINT incident_window CHECK (window_end IS NULL OR window_end >= window_start),
    CONSTRAINT incident_known_after_its_start CHECK (aware_at >= window_start),
    CONSTRAINT incident_closed CHECK ((closed_at IS NULL) = (conclusion IS NULL) AND (closed_at IS NULL) = (closed_by IS NULL)
        AND (closed_at IS NULL OR risk IS NOT NULL))
) {strict};
CREATE INDEX incident_open ON incident (aware_at) WHERE closed_at IS NULL;

CREATE TABLE incident_system (
    incident_id {uuid} NOT NULL CONSTRAINT incident_system_incident REFERENCES incident (id),
    system_id {uuid} NOT NULL CONSTRAINT incident_system_system REFERENCES system (id),
    PRIMARY KEY (incident_id, system_id)
) {strict};

CREATE TABLE incident_notification (
    id {uuid} PRIMARY KEY,
    incident_id {uuid} NOT NULL CONSTRAINT incident_notification_incident REFERENCES incident (id),
    recipient text NOT NULL
        CONSTRAINT incident_notification_recipient CHECK (recipient IN ('SUPERVISORY_AUTHORITY', 'CUSTOMERS')),
    notified_at {time} NOT NULL,
    -- By which way customers were told.
    method text,
    reference text,
    delay_reason text,
    recorded_by text NOT NULL,
    recorded_at {time} NOT NULL
) {strict};
CREATE INDEX incident_notification_of_incident ON incident_notification (incident_id, id);
";

const LOCK_POSTGRES: &str = r"
CREATE FUNCTION refuse_change_of_register() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'what is on record for the authority stays as it is' USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER incident_no_delete BEFORE DELETE ON incident FOR EACH ROW EXECUTE FUNCTION refuse_change_of_register();
CREATE TRIGGER incident_closes_once BEFORE UPDATE ON incident FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL)
    EXECUTE FUNCTION refuse_change_of_register();
CREATE TRIGGER incident_no_truncate BEFORE TRUNCATE ON incident FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_register();
CREATE TRIGGER incident_system_no_truncate BEFORE TRUNCATE ON incident_system
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_register();
CREATE TRIGGER incident_notification_no_truncate BEFORE TRUNCATE ON incident_notification
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_register();
CREATE TRIGGER incident_system_no_change BEFORE UPDATE OR DELETE ON incident_system FOR EACH ROW
    EXECUTE FUNCTION refuse_change_of_register();
CREATE TRIGGER incident_notification_no_change BEFORE UPDATE OR DELETE ON incident_notification FOR EACH ROW
    EXECUTE FUNCTION refuse_change_of_register();
";

const LOCK_SQLITE: &str = r"
CREATE TRIGGER incident_no_delete BEFORE DELETE ON incident
    BEGIN SELECT raise(abort, 'what is on record for the authority stays as it is'); END;
CREATE TRIGGER incident_closes_once BEFORE UPDATE ON incident WHEN OLD.closed_at IS NOT NULL
    BEGIN SELECT raise(abort, 'what is on record for the authority stays as it is'); END;
CREATE TRIGGER incident_system_no_update BEFORE UPDATE ON incident_system
    BEGIN SELECT raise(abort, 'what is on record for the authority stays as it is'); END;
CREATE TRIGGER incident_system_no_delete BEFORE DELETE ON incident_system
    BEGIN SELECT raise(abort, 'what is on record for the authority stays as it is'); END;
CREATE TRIGGER incident_notification_no_update BEFORE UPDATE ON incident_notification
    BEGIN SELECT raise(abort, 'what is on record for the authority stays as it is'); END;
CREATE TRIGGER incident_notification_no_delete BEFORE DELETE ON incident_notification
    BEGIN SELECT raise(abort, 'what is on record for the authority stays as it is'); END;
";

const DOWN: &str = r"
DROP TABLE incident_notification;
DROP TABLE incident_system;
DROP TABLE incident;
";

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
        run(manager, DOWN).await?;
        run_either(manager, "DROP FUNCTION refuse_change_of_register()", "SELECT 1").await
    }
}
