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

-- The department of the measure's line that is nearest to the subject: its county's, its prefecture's, the province's. Subjects
-- without a place (persons) belong to where the listing was decided. A measure is for the subject, or for those responsible who
-- its record names; what only informs is never due.
WITH wanted AS MATERIALIZED (
    SELECT a.id AS action_id, s.id AS measure_id, s.line, s.force, f.subject_id, f.as_responsible,
           coalesce(nullif(w.region_code, ''), d.region_id) AS region
    FROM sanctions_jointaction AS a
    JOIN listing_in_force AS f ON f.listing_id = a.listing_id
    JOIN records_subject AS w ON w.id = f.subject_id
    JOIN accounts_department AS d ON d.id = f.department_id
    JOIN sanctions_measure AS s ON s.memorandum_id = a.memorandum_id AND s.on_responsible = f.as_responsible
        AND w.kind = ANY(s.subject_kinds) AND s.line <> ''
    WHERE a.listing_id = ANY(%(listings)s) AND a.closed_on IS NULL
), nearest AS (
    SELECT DISTINCT ON (w.line, w.region) w.line, w.region, d.id AS department_id
    FROM (SELECT DISTINCT line, region FROM wanted) AS w
    JOIN accounts_department AS d ON d.is_active AND d.code LIKE '%%-' || w.line
        AND d.region_id IN (w.region, substr(w.region, 1, 4) || '00', substr(w.region, 1, 2) || '0000')
    ORDER BY w.line, w.region, d.region_id DESC, d.id
)
INSERT INTO sanctions_measuretask (action_id, measure_id, department_id, subject_id, as_responsible, issued_on, due_on)
SELECT w.action_id, w.measure_id, n.department_id, w.subject_id, w.as_responsible, %(today)s,
       CASE WHEN w.force <> 'reference' THEN %(due_on)s::date END
FROM wanted AS w JOIN nearest AS n USING (line, region)
ON CONFLICT DO NOTHING
