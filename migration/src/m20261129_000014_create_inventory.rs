//! How many data locations lie where, counted by the database itself as they come, change and go.

use crate::dialect::run_either;
use sea_orm_migration::prelude::*;

// Rows are only ever added here, so that nobody waits for anybody; a worker adds them up now and then.
const UP_POSTGRES: &str = r"
CREATE TABLE inventory_count (
    system_id uuid NOT NULL,
    category text NOT NULL,
    source_channel text NOT NULL,
    state text NOT NULL,
    -- How many came, less how many went: what there is, is the sum.
    locations bigint NOT NULL
);

CREATE FUNCTION count_data_locations() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO inventory_count SELECT system_id, category, source_channel, state, count(*) FROM came GROUP BY system_id, category, source_channel, state;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO inventory_count SELECT system_id, category, source_channel, state, -count(*) FROM went GROUP BY system_id, category, source_channel, state;
    ELSE
        INSERT INTO inventory_count SELECT system_id, category, source_channel, state, sum(one) FROM (
            SELECT system_id, category, source_channel, state, 1 AS one FROM came
            UNION ALL SELECT system_id, category, source_channel, state, -1 FROM went
        ) AS changed GROUP BY system_id, category, source_channel, state HAVING sum(one) <> 0;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER data_location_came AFTER INSERT ON data_location
    REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION count_data_locations();
CREATE TRIGGER data_location_changed AFTER UPDATE ON data_location
    REFERENCING OLD TABLE AS went NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION count_data_locations();
CREATE TRIGGER data_location_went AFTER DELETE ON data_location
    REFERENCING OLD TABLE AS went FOR EACH STATEMENT EXECUTE FUNCTION count_data_locations();

INSERT INTO inventory_count SELECT system_id, category, source_channel, state, count(*) FROM data_location GROUP BY system_id, category, source_channel, state;
";

// One writer at a time: it may as well keep the sum.
const UP_SQLITE: &str = r"
CREATE TABLE inventory_count (
    system_id BLOB NOT NULL,
    category TEXT NOT NULL,
    source_channel TEXT NOT NULL,
    state TEXT NOT NULL,
    -- How many there are.
    locations INTEGER NOT NULL,
    PRIMARY KEY (system_id, category, source_channel, state)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER data_location_came AFTER INSERT ON data_location BEGIN
    INSERT INTO inventory_count VALUES (new.system_id, new.category, new.source_channel, new.state, 1)
        ON CONFLICT (system_id, category, source_channel, state) DO UPDATE SET locations = locations + 1;
END;
CREATE TRIGGER data_location_changed AFTER UPDATE ON data_location
WHEN (old.system_id, old.category, old.source_channel, old.state)
    <> (new.system_id, new.category, new.source_channel, new.state) BEGIN
    UPDATE inventory_count SET locations = locations - 1
        WHERE system_id = old.system_id AND category = old.category AND source_channel = old.source_channel
            AND state = old.state;
    INSERT INTO inventory_count VALUES (new.system_id, new.category, new.source_channel, new.state, 1)
        ON CONFLICT (system_id, category, source_channel, state) DO UPDATE SET locations = locations + 1;
END;
CREATE TRIGGER data_location_went AFTER DELETE ON data_location BEGIN
    UPDATE inventory_count SET locations = locations - 1
        WHERE system_id = old.system_id AND category = old.category AND source_channel = old.source_channel
            AND state = old.state;
END;

-- One after the other: to sort them first would take as much memory as there is on maps.
INSERT INTO inventory_count SELECT system_id, category, source_channel, state, 1 FROM data_location WHERE true
    ON CONFLICT (system_id, category, source_channel, state) DO UPDATE SET locations = locations + 1;
";

const DOWN_POSTGRES: &str = r"
DROP TRIGGER data_location_came ON data_location;
DROP TRIGGER data_location_changed ON data_location;
DROP TRIGGER data_location_went ON data_location;
DROP FUNCTION count_data_locations();
DROP TABLE inventory_count;
";

const DOWN_SQLITE: &str = r"
DROP TRIGGER data_location_came;
DROP TRIGGER data_location_changed;
DROP TRIGGER data_location_went;
DROP TABLE inventory_count;
";

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run_either(manager, UP_POSTGRES, UP_SQLITE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run_either(manager, DOWN_POSTGRES, DOWN_SQLITE).await
    }
}
