-- W1: one customer's data map; nothing is recorded. pgbench's expression stands for the id that a client would send.
\set n random(1, :customers)
SELECT json_build_object('reference', c.reference, 'profile', c.profile, 'key', k.wrapped, 'dataLocations', (
    SELECT coalesce(json_agg(json_build_object('id', l.id, 'externalReference', l.external_reference,
        'category', json_build_object('key', g.key, 'sensitivity', g.sensitivity),
        'system', json_build_object('name', s.name, 'thirdParty', t.name)) ORDER BY l.id DESC), '[]')
    FROM data_location l JOIN data_category g ON g.key = l.category JOIN system s ON s.id = l.system_id
        LEFT JOIN third_party t ON t.id = s.third_party_id
    WHERE l.customer_id = c.id))
FROM customer c LEFT JOIN subject_key k ON k.customer_id = c.id
WHERE c.id = ('01900000-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid;
