//! What bulk anonymization changes, in bare SQL.

/// In one transaction: what `kartotek anonymize` leaves behind, but for plans, looks at each customer, and the ledger outside
/// the database. Keyed hashes are another hash here.
pub const ANONYMIZE: [&str; 16] = [
    "{begin}",
    "CREATE TEMPORARY TABLE leaver AS SELECT id, reference FROM customer WHERE reference <= '{last}'",
    "ANALYZE leaver",
    "UPDATE subscription SET ended_at = {now} WHERE ended_at IS NULL AND customer_id IN (SELECT id FROM leaver)",
    "INSERT INTO task (id, customer_id, system_id, action, lifts, cause, state, not_before, next_attempt_at, attempts,
            lease, call_key, found_nothing, letters, due_at, created_at)
        SELECT {uuid}, d.customer_id, d.system_id, 'ERASE', false, 'ERASURE', 'PENDING', {now}, {now}, 0, 0,
            {uuid}, false, 0, {now}, {now} FROM (
            SELECT DISTINCT l.customer_id, l.system_id FROM data_location l JOIN leaver v ON v.id = l.customer_id
            WHERE l.held_to IS NULL) d",
    "INSERT INTO task_location (task_id, data_location_id, customer_id, overtaken)
        SELECT t.id, l.id, l.customer_id, false FROM leaver v JOIN task t ON t.customer_id = v.id
            JOIN data_location l ON l.customer_id = t.customer_id AND l.system_id = t.system_id AND l.held_to IS NULL",
    "UPDATE data_location SET state = 'DISPOSAL_PENDING' WHERE held_to IS NULL
        AND customer_id IN (SELECT id FROM leaver) AND system_id NOT IN (SELECT id FROM system WHERE built_in)",
    "UPDATE data_location SET state = 'ERASED', held_to = {now}, external_reference = NULL WHERE held_to IS NULL
        AND customer_id IN (SELECT id FROM leaver) AND system_id IN (SELECT id FROM system WHERE built_in)",
    "INSERT INTO task_evidence (task_id, customer_id, kind, recorded_at, recorded_by, rows_changed)
        SELECT t.id, t.customer_id, 'READ_BACK', {now}, 'by hand', 1 FROM leaver v JOIN task t ON t.customer_id = v.id
            JOIN system y ON y.id = t.system_id AND y.built_in",
    "UPDATE task SET state = 'SUCCEEDED', outcome = 'DONE', finished_at = {now}, attempts = 1, next_attempt_at = NULL
        WHERE customer_id IN (SELECT id FROM leaver) AND system_id IN (SELECT id FROM system WHERE built_in)",
    "INSERT INTO erased_lookup (kind, hash) SELECT DISTINCT f.kind, f.hash FROM customer_lookup f
        JOIN leaver v ON v.id = f.customer_id WHERE true ON CONFLICT DO NOTHING",
    "DELETE FROM customer_lookup WHERE customer_id IN (SELECT id FROM leaver)",
    "DELETE FROM subject_key WHERE customer_id IN (SELECT id FROM leaver)",
    "UPDATE customer SET reference = {gone}, profile = NULL, status = 'ANONYMIZED', disposed_as = 'ANONYMIZED',
        version = version + 1, status_since = {now} WHERE id IN (SELECT id FROM leaver)",
    "INSERT INTO audit_event (event_id, occurred_at, actor, actor_kind, operation, kind, outcome, request_id, body, leaf)
        SELECT id, {now}, 'by hand', 'PROGRAM', 'anonymize', 'DISPOSE', 'ALLOWED', 'by hand', {bytes}, {bytes}
        FROM leaver",
    "INSERT INTO audit_subject (customer_id, event_id, categories) SELECT id, id, '[\"user.name\"]' FROM leaver",
];
