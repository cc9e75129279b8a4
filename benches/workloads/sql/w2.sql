-- W2: the 50 customers after a place in the list, newest first, each with their newest 20 data locations.
\set n random(51, :customers)
SELECT json_agg(page.node) FROM (
    SELECT json_build_object('id', c.id, 'profile', c.profile, 'key', k.wrapped, 'dataLocations', (
        SELECT coalesce(json_agg(json_build_object('id', l.id, 'externalReference', l.external_reference,
            'category', l.category, 'system', s.name) ORDER BY l.id DESC), '[]')
        FROM (SELECT * FROM data_location WHERE customer_id = c.id ORDER BY id DESC LIMIT 20) l
            JOIN system s ON s.id = l.system_id)) AS node
    FROM customer c LEFT JOIN subject_key k ON k.customer_id = c.id
    WHERE (c.created_at, c.id) < (timestamptz '2020-01-01 00:00Z' + :n::integer * interval '1 minute',
        ('01900000-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid)
    ORDER BY c.created_at DESC, c.id DESC LIMIT 50) page;
