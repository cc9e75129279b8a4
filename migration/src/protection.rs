//! What keeps the audit log as it is, and whether it is there as this version has made it: triggers, the views that the sealer goes
//! by, and on Postgres the privileges of the server's role.

use crate::{m20261125_000003_create_audit as log, m20261128_000010_create_audit_tree as tree, privileges};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use std::collections::BTreeMap;

// All triggers on the log's tables and their parts that are not the database's own, and the views: each with what it does. A trigger
// that is not always on is off for whoever replicates.
const THERE_ON_POSTGRES: &str = r"
WITH ours AS (
    SELECT oid, relname AS log, relname::text AS name, relkind, relhasrules, relrowsecurity FROM pg_class
    WHERE relname IN ('audit_event', 'audit_subject', 'audit_leaf', 'audit_checkpoint', 'audit_tile', 'audit_arrival', 'audit_settled')
        AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('seaql_migrations'))
), kept AS (
    SELECT * FROM ours
    UNION ALL SELECT c.oid, ours.log, c.relname::text, c.relkind, c.relhasrules, c.relrowsecurity
    FROM ours JOIN pg_inherits i ON i.inhparent = ours.oid JOIN pg_class c ON c.oid = i.inhrelid WHERE ours.relkind = 'p'
)
SELECT 'part' AS kind, name, log::text AS does FROM kept WHERE name <> log
UNION ALL SELECT 'trigger', CASE WHEN name = log THEN '' ELSE name || '.' END || t.tgname,
    -- As it would be said of the log as a whole.
    replace(pg_get_triggerdef(t.oid, true) || CASE t.tgenabled WHEN 'A' THEN '' ELSE ' OFF' END || ' AS'
        || regexp_replace(replace(p.prosrc, quote_ident(current_schema()) || '.audit_event', 'audit_event'), '\s+', ' ', 'g'),
        substr(name, length(log::text) + 1), '')
FROM kept JOIN pg_trigger t ON t.tgrelid = kept.oid AND NOT t.tgisinternal JOIN pg_proc p ON p.oid = t.tgfoid
UNION ALL SELECT 'view', name, replace(regexp_replace(pg_get_viewdef(oid), '\s+', ' ', 'g'), 'audit_event.', '')
FROM ours WHERE relkind = 'v'
UNION ALL SELECT 'rule', name, 'a rule or policy' FROM kept WHERE relkind <> 'v' AND (relhasrules OR relrowsecurity)
ORDER BY kind";

const REFUSES: &str = "refuse_change_of_audit_log() AS BEGIN RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = \
                       'insufficient_privilege'; END ";

const COMES_WITH_ITS_EVENT: &str = "CREATE TRIGGER audit_subject_with_its_event AFTER INSERT ON audit_subject FOR EACH ROW EXECUTE \
    FUNCTION refuse_subject_of_another_transaction() AS BEGIN IF NOT EXISTS (SELECT FROM audit_event e WHERE e.event_id \
    OPERATOR(pg_catalog.=) new.event_id AND e.xid OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id()) THEN RAISE EXCEPTION 'the audit log is append-only: a subject comes with its event' USING \
    ERRCODE = 'insufficient_privilege'; END IF; RETURN NULL; END ";

const ONLY_GROWS: &str = "BEFORE UPDATE ON audit_tile FOR EACH ROW WHEN (new.level <> old.level OR new.tile_index <> old.tile_index OR \
                          substr(new.hashes, 1, length(old.hashes)) <> old.hashes)";

const ARRIVAL: &str = " SELECT event_id, body, occurred_at, ((xid)::text)::bigint AS place FROM audit_event;";
const SETTLED: &str = " SELECT ((pg_snapshot_xmin(pg_current_snapshot()))::text)::bigint AS below;";

const THERE_ON_SQLITE: &str = "
SELECT type AS kind, name, sql AS does FROM sqlite_master WHERE (type = 'trigger' AND tbl_name IN ('audit_event', 'audit_subject',
    'audit_leaf', 'audit_checkpoint', 'audit_tile')) OR (type = 'view' AND name IN ('audit_arrival', 'audit_settled'))";

type All = BTreeMap<(String, String), String>;

/// Triggers that keep rows from being changed or removed, as they are on this table of the log, and on each of its parts.
fn refusing(table: &str) -> [(String, String); 2] {
    let (change, when) = match table {
        "audit_tile" => ("no_delete", "BEFORE DELETE"),
        _ => ("no_change", "BEFORE DELETE OR UPDATE"),
    };
    [(change, when, "ROW"), ("no_truncate", "BEFORE TRUNCATE", "STATEMENT")].map(|(name, when, each)| {
        let name = format!("{table}_{name}");
        let does =
            format!("CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {REFUSES}");
        (name, does)
    })
}

fn on_postgres() -> All {
    let mut all = BTreeMap::new();
    let mut put = |kind: &str, name: &str, does: String| all.insert((kind.to_owned(), name.to_owned()), does);
    for table in ["audit_event", "audit_subject", "audit_leaf", "audit_checkpoint", "audit_tile"] {
        for (name, does) in refusing(table) {
            put("trigger", &name, does);
        }
    }
    let grows = format!("CREATE TRIGGER audit_tile_only_grows {ONLY_GROWS} EXECUTE FUNCTION {REFUSES}");
    put("trigger", "audit_tile_only_grows", grows);
    put("view", "audit_arrival", ARRIVAL.to_owned());
    put("view", "audit_settled", SETTLED.to_owned());
    all
}

/// As the migrations say it, which is how it is stored.
fn on_sqlite() -> All {
    let statements = [log::LOCK_SQLITE, tree::LOCK_SQLITE];
    let statements = statements.iter().flat_map(|all| all.split("\nCREATE ").skip(1));
    let named = |rest: &str| {
        let mut words = rest.split_whitespace();
        let (kind, name) =
            (words.next().unwrap_or_default().to_lowercase(), words.next().unwrap_or_default());
        ((kind, name.to_owned()), format!("CREATE {}", rest.trim_end().trim_end_matches(';')))
    };
    statements.map(named).collect()
}

/// What is missing of it, or was changed, or does not belong there, in words; nothing when all is as it was made. On Postgres it
/// is asked as the server's own role.
///
/// # Errors
/// What the database says.
pub async fn missing(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let backend = db.get_database_backend();
    let (mut expected, there) = match backend {
        DbBackend::Postgres => (on_postgres(), THERE_ON_POSTGRES),
        _ => (on_sqlite(), THERE_ON_SQLITE),
    };
    let mut missing = Vec::new();
    // Parts come first, as they say what else there is to be.
    for row in db.query_all_raw(Statement::from_string(backend, there)).await? {
        let (kind, name): (String, String) = (row.try_get("", "kind")?, row.try_get("", "name")?);
        let does: String = row.try_get("", "does")?;
        if kind == "part" {
            let mut triggers = Vec::from(refusing(&does));
            if does == "audit_subject" {
                triggers.push(("audit_subject_with_its_event".to_owned(), COMES_WITH_ITS_EVENT.to_owned()));
            }
            let named = |(trigger, does)| (("trigger".to_owned(), format!("{name}.{trigger}")), does);
            expected.extend(triggers.into_iter().map(named));
            continue;
        }
        match expected.remove(&(kind.clone(), name.clone())) {
            Some(right) if right == does => {}
            Some(right) if does == right.replacen(" AS ", " OFF AS ", 1) => {
                missing.push(format!("the {kind} {name} is not always on"));
            }
            Some(_) => missing.push(format!("the {kind} {name} was changed")),
            None => missing.push(format!("the {kind} {name} does not belong there")),
        }
    }
    missing.extend(expected.into_keys().map(|(kind, name)| format!("the {kind} {name} is missing")));
    if backend == DbBackend::Postgres {
        match privileges::check(db).await {
            Err(DbErr::Custom(wrong)) => missing.push(wrong),
            other => other?,
        }
    }
    Ok(missing)
}
