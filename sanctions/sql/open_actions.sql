-- What the memoranda in force say about listings that have been entered: one action a memorandum, one task a measure, department
-- and subject. What was begun under a former edition goes on under it. Parameters: listings, today, due_on. Done twice it adds nothing.
INSERT INTO sanctions_jointaction AS a (listing_id, memorandum_id, opened_on)
SELECT l.id, m.id, %(today)s
FROM sanctions_listing AS l
JOIN sanctions_memorandum AS m ON l.list_code = ANY(m.list_codes) AND m.state = 'approved'
    AND m.in_force_from <= %(today)s AND coalesce(m.in_force_until, 'infinity') >= %(today)s
WHERE l.id = ANY(%(listings)s) AND l.state = 'entered'
  AND NOT EXISTS (SELECT FROM sanctions_jointaction AS o JOIN sanctions_memorandum AS e ON e.id = o.memorandum_id
                  WHERE o.listing_id = l.id AND o.closed_on IS NULL AND e.code = m.code)
ON CONFLICT DO NOTHING
RETURNING a.id, a.listing_id || '/' || a.memorandum_id

-- The department of the measure's line that is nearest to the subject: its county's, its prefecture's, the province's; of two at one
-- place the one where somebody works. Subjects without a place (persons) belong to where the listing was decided. A measure is for the subject, or for those responsible who
-- its record names; what only informs is never due. The new actions have no statistics yet: LATERAL … OFFSET 0 and LIMIT 1 look
-- each of them up by its key, so the work grows with their number and not with its square.
INSERT INTO sanctions_measuretask (action_id, measure_id, department_id, subject_id, as_responsible, issued_on, due_on)
SELECT a.id, s.id, n.id, f.subject_id, f.as_responsible, %(today)s, CASE WHEN s.force <> 'reference' THEN %(due_on)s::date END
FROM sanctions_jointaction AS a
CROSS JOIN LATERAL (
    SELECT f.subject_id, f.as_responsible, w.kind, coalesce(nullif(w.region_code, ''), d.region_id) AS region
    FROM listing_in_force AS f
    JOIN records_subject AS w ON w.id = f.subject_id
    JOIN accounts_department AS d ON d.id = f.department_id
    WHERE f.listing_id = a.listing_id OFFSET 0
) AS f
JOIN sanctions_measure AS s ON s.memorandum_id = a.memorandum_id AND s.on_responsible = f.as_responsible
    AND f.kind = ANY(s.subject_kinds) AND s.line <> ''
CROSS JOIN LATERAL (
    SELECT d.id FROM accounts_department AS d
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM accounts_user AS u WHERE u.department_id = d.id AND u.is_active)) AS w (is_staffed)
    WHERE d.is_active AND d.code LIKE '%%-' || s.line
      AND d.region_id IN (f.region, substr(f.region, 1, 4) || '00', substr(f.region, 1, 2) || '0000')
    ORDER BY d.region_id DESC, w.is_staffed DESC, d.id LIMIT 1
) AS n
WHERE a.listing_id = ANY(%(listings)s) AND a.closed_on IS NULL
ON CONFLICT DO NOTHING
