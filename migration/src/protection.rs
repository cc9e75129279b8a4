//! What keeps the audit log as it is, and whether it is there as this version has made it: triggers, the views that the sealer goes
//! by, and on Postgres the privileges of the server's role.

use crate::{
    dialect::spell, m20261125_000003_create_audit as log, m20261128_000010_create_audit_tree as tree, months,
    privileges,
};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use std::collections::BTreeMap;

// All triggers on the log's tables and their parts that are not the database's own, and the views: each with what it does. A trigger
// that is not always on is off for whoever replicates.
const THERE_ON_POSTGRES: &str = r"
WITH ours AS (
    SELECT oid, relname AS log, relname::text AS name, relkind, relhasrules, relrowsecurity, relpartbound, relowner FROM pg_class
    WHERE relname IN ('audit_event', 'audit_subject', 'audit_leaf', 'audit_checkpoint', 'audit_tile', 'audit_arrival', 'audit_settled')
        AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('seaql_migrations'))
), kept AS (
    SELECT * FROM ours
    UNION ALL SELECT c.oid, ours.log, c.relname::text, c.relkind, c.relhasrules, c.relrowsecurity, c.relpartbound, c.relowner
    FROM ours JOIN pg_inherits i ON i.inhparent = ours.oid JOIN pg_class c ON c.oid = i.inhrelid WHERE ours.relkind = 'p'
)
SELECT 'part' AS kind, name, log || CASE pg_get_expr(relpartbound, oid) WHEN CASE WHEN name = log || '_default' THEN 'DEFAULT'
        WHEN name ~ '_\d{4}_\d\d$' THEN (
            SELECT format('FOR VALUES FROM (%L) TO (%L)', min(id), max(id))
            FROM unnest(ARRAY['0', '1 month']::interval[]) AS later, LATERAL (SELECT rpad(lpad(to_hex((extract(epoch FROM
                to_date(right(name, 7), 'YYYY_MM') + later) * 1000)::bigint), 12, '0'), 32, '0')::uuid::text AS id) AS ids) END
        THEN '' ELSE ' of another month' END AS does
FROM kept WHERE name <> log
UNION ALL SELECT 'trigger', CASE WHEN name = log THEN '' ELSE name || '.' END || t.tgname,
    -- As it would be said of the log as a whole.
    replace(pg_get_triggerdef(t.oid, true) || CASE t.tgenabled WHEN 'A' THEN '' ELSE ' OFF' END || ' AS'
        || regexp_replace(replace(p.prosrc, quote_ident(current_schema()) || '.audit_event', 'audit_event'), '\s+', ' ', 'g'),
        substr(name, length(log::text) + 1), '')
FROM kept JOIN pg_trigger t ON t.tgrelid = kept.oid AND NOT t.tgisinternal JOIN pg_proc p ON p.oid = t.tgfoid
UNION ALL SELECT 'function', proname, concat_ws(' ', CASE WHEN prosecdef THEN 'SECURITY DEFINER' END, array_to_string(proconfig, ' '),
    CASE WHEN proowner <> ours.relowner THEN 'of somebody else' END) || ' AS'
        || regexp_replace(replace(prosrc, quote_ident(current_schema()) || '.', ''), '\s+', ' ', 'g')
FROM ours JOIN pg_proc ON ours.log = 'audit_event' AND pronamespace = current_schema()::regnamespace
    AND proname IN ('first_audit_id', 'make_audit_part', 'make_audit_month', 'prepare_audit_months')
UNION ALL SELECT 'view', name, replace(regexp_replace(pg_get_viewdef(oid), '\s+', ' ', 'g'), 'audit_event.', '')
FROM ours WHERE relkind = 'v'
UNION ALL SELECT 'key', CASE WHEN name = log THEN '' ELSE name || '.' END || log,
    (SELECT string_agg(pg_get_constraintdef(c.oid), ', ' ORDER BY c.contype) FROM pg_constraint c WHERE c.conrelid = kept.oid AND c.contype IN ('p', 'u'))
FROM kept WHERE relkind <> 'v'
UNION ALL SELECT 'rule', name, 'a rule or policy' FROM kept WHERE relkind <> 'v' AND (relhasrules OR relrowsecurity)";

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

/// Of one place, one event, and one size there is never another.
const KEYS: [(&str, &str); 5] = [
    ("audit_event", "UNIQUE (event_id)"),
    ("audit_subject", "PRIMARY KEY (customer_id, event_id)"),
    ("audit_leaf", "PRIMARY KEY (leaf_index), UNIQUE (event_id)"),
    ("audit_tile", "PRIMARY KEY (level, tile_index)"),
    ("audit_checkpoint", "PRIMARY KEY (tree_size)"),
];

// A table with all its keys is one statement.
const THERE_ON_SQLITE: &str = "
SELECT type AS kind, name, sql AS does FROM sqlite_master WHERE (type = 'trigger' AND tbl_name IN ('audit_event', 'audit_subject',
    'audit_leaf', 'audit_checkpoint', 'audit_tile')) OR (type = 'view' AND name IN ('audit_arrival', 'audit_settled'))
    OR (type = 'table' AND name IN ('audit_event', 'audit_subject', 'audit_leaf', 'audit_checkpoint', 'audit_tile'))";

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

/// The functions that make parts, as they are said there.
fn functions() -> Vec<(String, String)> {
    let function = |text: &str| {
        let (head, rest) = text.split_once(" AS $$")?;
        let (name, head) = head.split_once('(')?;
        let definer = if head.contains("SECURITY DEFINER") { "SECURITY DEFINER " } else { "" };
        let settings =
            head.split(" SET ").skip(1).map(|set| set.split_whitespace().collect::<Vec<_>>().join(" "));
        let settings =
            settings.map(|set| set.replace(" = ", "=").replace('\'', "")).collect::<Vec<_>>().join(" ");
        let body = rest.split("$$;").next()?.replace("SCHEMA.", "");
        let body = format!(" {} ", body.split_whitespace().collect::<Vec<_>>().join(" "));
        Some((name.to_owned(), format!("{definer}{settings} AS{body}")))
    };
    months::FUNCTIONS.split("\nCREATE FUNCTION SCHEMA.").filter_map(function).collect()
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
    for part in ["audit_event_default", "audit_subject_default"] {
        put("part", part, String::new());
    }
    for (name, does) in functions() {
        put("function", &name, does);
    }
    for (table, keys) in KEYS {
        put("key", table, keys.to_owned());
    }
    put("view", "audit_arrival", ARRIVAL.to_owned());
    put("view", "audit_settled", SETTLED.to_owned());
    all
}

/// As the migrations say it, which is how it is stored.
fn on_sqlite() -> All {
    let tables = [log::TABLES, tree::UP].map(|all| spell(DbBackend::Sqlite, all));
    let tables = tables
        .iter()
        .flat_map(|all| all.split("\nCREATE ").skip(1))
        .filter_map(|rest| rest.split(";\n").next());
    let kept = |rest: &&str| KEYS.iter().any(|(table, _)| rest.starts_with(&format!("TABLE {table} (")));
    let statements = [log::LOCK_SQLITE, tree::LOCK_SQLITE];
    let statements = statements.iter().flat_map(|all| all.split("\nCREATE ").skip(1));
    let statements = statements.chain(tables.filter(kept));
    let named = |rest: &str| {
        let mut words = rest.split_whitespace();
        let (kind, name) =
            (words.next().unwrap_or_default().to_lowercase(), words.next().unwrap_or_default());
        ((kind, name.to_owned()), format!("CREATE {}", rest.trim_end().trim_end_matches(';')))
    };
    statements.map(named).collect()
}

/// Whether whoever this connection has logged in as can become the owner of the log, and take its protection away. On SQLite
/// everybody is who can open the file.
///
/// # Errors
/// What the database says.
pub async fn owner_in_reach(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(true);
    }
    let reach = "SELECT coalesce(bool_or(pg_has_role(session_user, relowner, 'MEMBER')), true) FROM pg_class \
                 WHERE oid = to_regclass('audit_event')";
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, reach)).await?;
    row.map_or(Ok(true), |row| row.try_get_by_index(0))
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
    let (mut missing, mut seen) = (Vec::new(), Vec::new());
    let mut rows = db.query_all_raw(Statement::from_string(backend, there)).await?;
    // Parts come first, as they say what else there is to be.
    rows.sort_by_key(|row| row.try_get::<String>("", "kind").is_ok_and(|kind| kind != "part"));
    for row in rows {
        let (kind, name): (String, String) = (row.try_get("", "kind")?, row.try_get("", "name")?);
        let does: String = row.try_get("", "does")?;
        if kind == "part" {
            // Each with one of the other table for the same month.
            let (table, other) = match name.strip_prefix("audit_event") {
                Some(part) => ("audit_event", format!("audit_subject{part}")),
                None => ("audit_subject", name.replacen("audit_subject", "audit_event", 1)),
            };
            if does != table {
                missing.push(format!("the part {name} is {does}"));
            }
            expected.entry(("part".to_owned(), other)).or_insert_with(String::new);
            seen.push(name.clone());
            let mut triggers = Vec::from(refusing(table));
            if table == "audit_subject" {
                triggers.push(("audit_subject_with_its_event".to_owned(), COMES_WITH_ITS_EVENT.to_owned()));
            }
            let named = |(trigger, does)| (("trigger".to_owned(), format!("{name}.{trigger}")), does);
            expected.extend(triggers.into_iter().map(named));
            let keys = KEYS.iter().filter(|(of, _)| *of == table);
            expected.extend(
                keys.map(|(of, keys)| (("key".to_owned(), format!("{name}.{of}")), (*keys).to_owned())),
            );
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
    for part in seen {
        expected.remove(&("part".to_owned(), part));
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
