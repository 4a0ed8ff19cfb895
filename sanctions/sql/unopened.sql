-- Listings for which an action is yet to be opened: a memorandum has begun since, or the record names a person responsible who was
-- not named before.
SELECT f.listing_id FROM listing_in_force AS f
JOIN sanctions_memorandum AS m ON f.list_code = ANY(m.list_codes) AND m.state = 'approved'
    AND m.in_force_from <= platform_today() AND coalesce(m.in_force_until, 'infinity') >= platform_today()
WHERE NOT f.as_responsible AND NOT EXISTS (
    SELECT FROM sanctions_jointaction AS a JOIN sanctions_memorandum AS e ON e.id = a.memorandum_id
    WHERE a.listing_id = f.listing_id AND a.closed_on IS NULL AND e.code = m.code)
UNION
SELECT f.listing_id FROM listing_in_force AS f
JOIN sanctions_jointaction AS a ON a.listing_id = f.listing_id AND a.closed_on IS NULL
JOIN sanctions_measure AS s ON s.memorandum_id = a.memorandum_id AND s.on_responsible AND s.line <> ''
WHERE f.as_responsible AND NOT EXISTS (
    SELECT FROM sanctions_measuretask AS t WHERE t.action_id = a.id AND t.subject_id = f.subject_id)
