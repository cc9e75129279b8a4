//! The Merkle tree over the audit log (RFC 9162), in tiles of 256 hashes (C2SP tlog-tiles), and what was signed about it.

use crate::dialect::{run, run_either};
use sea_orm_migration::prelude::*;

pub(crate) const UP: &str = r"
-- The place of each event in the tree.
CREATE TABLE audit_leaf (
    leaf_index {long} PRIMARY KEY CONSTRAINT audit_leaf_index CHECK (leaf_index >= 0),
    event_id {uuid} NOT NULL CONSTRAINT audit_leaf_event_id UNIQUE
) {strict};

-- A tile of level 0 holds leaves, and one of the next level a hash for each full tile of this one.
CREATE TABLE audit_tile (
    level integer NOT NULL CONSTRAINT audit_tile_level CHECK (level BETWEEN 0 AND 7),
    tile_index {long} NOT NULL CONSTRAINT audit_tile_index CHECK (tile_index >= 0),
    hashes {bytes} NOT NULL
        CONSTRAINT audit_tile_hashes CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    PRIMARY KEY (level, tile_index)
) {strict};

-- The tree's size is the key: of two that seal at once, one fails, and there is never another root for a size.
CREATE TABLE audit_checkpoint (
    tree_size {long} PRIMARY KEY CONSTRAINT audit_checkpoint_size CHECK (tree_size > 0),
    root_hash {bytes} NOT NULL CONSTRAINT audit_checkpoint_root CHECK (length(root_hash) = 32),
    -- A C2SP signed note.
    note text NOT NULL,
    -- What it is checked with; whoever checks has it from elsewhere.
    verifier_key text NOT NULL,
    created_at {time} NOT NULL
) {strict};

-- One row, locked by whoever seals. All events whose place is below its own are in the tree.
CREATE TABLE audit_sealer (
    id integer PRIMARY KEY CONSTRAINT audit_sealer_one CHECK (id = 1),
    sealed_below {long} NOT NULL
) {strict};
INSERT INTO audit_sealer (id, sealed_below) VALUES (1, 0);

-- What the program itself has found wrong with the log, while it lasts.
CREATE TABLE audit_alarm (
    kind text PRIMARY KEY CONSTRAINT audit_alarm_kind CHECK (kind IN ('PROTECTION', 'CONTENT')),
    event_id {uuid} NOT NULL,
    since {time} NOT NULL
) {strict};
";

// Where an event came among the others, and below which place none comes any more: on Postgres its transaction's, as rows
// become visible in the order of commits, and on SQLite, which has one writer, its own.
const LOCK_POSTGRES: &str = r"
CREATE INDEX audit_event_by_place ON audit_event ((xid::text::bigint));
CREATE VIEW audit_arrival AS
    SELECT event_id, body, occurred_at, xid::text::bigint AS place FROM audit_event;
CREATE VIEW audit_settled AS SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS below;

CREATE TRIGGER audit_leaf_no_change BEFORE UPDATE OR DELETE ON audit_leaf
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_log();
CREATE TRIGGER audit_leaf_no_truncate BEFORE TRUNCATE ON audit_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log();
CREATE TRIGGER audit_checkpoint_no_change BEFORE UPDATE OR DELETE ON audit_checkpoint
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_log();
CREATE TRIGGER audit_checkpoint_no_truncate BEFORE TRUNCATE ON audit_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log();
CREATE TRIGGER audit_tile_no_delete BEFORE DELETE ON audit_tile
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_log();
CREATE TRIGGER audit_tile_no_truncate BEFORE TRUNCATE ON audit_tile
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log();
-- A tile that is not full is added to.
CREATE TRIGGER audit_tile_only_grows BEFORE UPDATE ON audit_tile
    FOR EACH ROW WHEN (NEW.level <> OLD.level OR NEW.tile_index <> OLD.tile_index
        OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes)
    EXECUTE FUNCTION refuse_change_of_audit_log();

ALTER TABLE audit_leaf ENABLE ALWAYS TRIGGER audit_leaf_no_change;
ALTER TABLE audit_leaf ENABLE ALWAYS TRIGGER audit_leaf_no_truncate;
ALTER TABLE audit_checkpoint ENABLE ALWAYS TRIGGER audit_checkpoint_no_change;
ALTER TABLE audit_checkpoint ENABLE ALWAYS TRIGGER audit_checkpoint_no_truncate;
ALTER TABLE audit_tile ENABLE ALWAYS TRIGGER audit_tile_no_delete;
ALTER TABLE audit_tile ENABLE ALWAYS TRIGGER audit_tile_no_truncate;
ALTER TABLE audit_tile ENABLE ALWAYS TRIGGER audit_tile_only_grows;
";

pub(crate) const LOCK_SQLITE: &str = r"
CREATE VIEW audit_arrival AS SELECT event_id, body, occurred_at, id AS place FROM audit_event;
CREATE VIEW audit_settled AS SELECT coalesce(max(id), 0) + 1 AS below FROM audit_event;

CREATE TRIGGER audit_leaf_no_update BEFORE UPDATE ON audit_leaf
BEGIN SELECT raise(abort, 'the audit log is append-only'); END;
CREATE TRIGGER audit_leaf_no_delete BEFORE DELETE ON audit_leaf
BEGIN SELECT raise(abort, 'the audit log is append-only'); END;
CREATE TRIGGER audit_leaf_no_replace BEFORE INSERT ON audit_leaf
WHEN EXISTS (SELECT 1 FROM audit_leaf WHERE leaf_index = new.leaf_index OR event_id = new.event_id)
BEGIN SELECT raise(abort, 'the audit log is append-only'); END;
CREATE TRIGGER audit_checkpoint_no_update BEFORE UPDATE ON audit_checkpoint
BEGIN SELECT raise(abort, 'the audit log is append-only'); END;
CREATE TRIGGER audit_checkpoint_no_delete BEFORE DELETE ON audit_checkpoint
BEGIN SELECT raise(abort, 'the audit log is append-only'); END;
CREATE TRIGGER audit_checkpoint_no_replace BEFORE INSERT ON audit_checkpoint
WHEN EXISTS (SELECT 1 FROM audit_checkpoint WHERE tree_size = new.tree_size)
BEGIN SELECT raise(abort, 'the audit log is append-only'); END;
CREATE TRIGGER audit_tile_no_delete BEFORE DELETE ON audit_tile
BEGIN SELECT raise(abort, 'the audit log is append-only'); END;
CREATE TRIGGER audit_tile_only_grows BEFORE UPDATE ON audit_tile
WHEN new.level <> old.level OR new.tile_index <> old.tile_index
    OR substr(new.hashes, 1, length(old.hashes)) <> old.hashes
BEGIN SELECT raise(abort, 'the audit log is append-only'); END;
";

const DOWN: &str = r"
DROP VIEW audit_settled;
DROP VIEW audit_arrival;
DROP TABLE audit_alarm;
DROP TABLE audit_sealer;
DROP TABLE audit_checkpoint;
DROP TABLE audit_tile;
DROP TABLE audit_leaf;
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
        run_either(manager, "DROP INDEX audit_event_by_place", "SELECT 1").await
    }
}
