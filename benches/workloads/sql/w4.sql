-- W4: W1 with its audit event and the event's subject, one statement and one commit. Ids grow with time, as the
-- server's do; the body and its hash are what the server wrote, in length.
\set n random(1, :customers)
WITH event AS (
    INSERT INTO audit_event (event_id, occurred_at, actor, actor_kind, operation, kind, outcome, purpose, request_id,
        body, leaf)
    VALUES ((lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
            || substr(gen_random_uuid()::text, 15))::uuid,
        now(), 'kartotek-local local-agent', 'PERSON', 'customer', 'READ', 'ALLOWED', 'DELIVER_SERVICE',
        gen_random_uuid()::text, convert_to(:body, 'UTF8'), decode(:leaf, 'hex'))
    RETURNING event_id),
subject AS (
    INSERT INTO audit_subject (customer_id, event_id, categories)
    SELECT ('01900000-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid, event_id, :categories FROM event)
SELECT json_build_object('reference', c.reference, 'profile', c.profile, 'key', k.wrapped, 'dataLocations', (
    SELECT coalesce(json_agg(json_build_object('id', l.id, 'externalReference', l.external_reference,
        'category', json_build_object('key', g.key, 'sensitivity', g.sensitivity),
        'system', json_build_object('name', s.name, 'thirdParty', t.name)) ORDER BY l.id DESC), '[]')
    FROM data_location l JOIN data_category g ON g.key = l.category JOIN system s ON s.id = l.system_id
        LEFT JOIN third_party t ON t.id = s.third_party_id
    WHERE l.customer_id = c.id))
FROM customer c LEFT JOIN subject_key k ON k.customer_id = c.id
WHERE c.id = ('01900000-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid;
