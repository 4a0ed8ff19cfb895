-- A listing is over: its measures are lifted, and where one may have been carried out its release is ordered, to be answered for
-- just as strictly. Parameters: listing, today, due_on.
INSERT INTO sanctions_measuretask (action_id, measure_id, department_id, subject_id, as_responsible, purpose, issued_on, due_on)
SELECT t.action_id, t.measure_id, t.department_id, t.subject_id, t.as_responsible, 'release', %(today)s,
       CASE WHEN s.force <> 'reference' THEN %(due_on)s::date END
FROM sanctions_measuretask AS t JOIN sanctions_jointaction AS a ON a.id = t.action_id JOIN sanctions_measure AS s ON s.id = t.measure_id
WHERE a.listing_id = %(listing)s AND a.closed_on IS NULL AND t.purpose = 'execute'
  AND (t.was_executed OR s.force = 'reference' AND t.state <> 'issued')
ON CONFLICT DO NOTHING

UPDATE sanctions_measuretask AS t SET state = 'lifted', lifted_on = %(today)s, updated_at = now()
FROM sanctions_jointaction AS a
WHERE a.id = t.action_id AND a.listing_id = %(listing)s AND a.closed_on IS NULL AND t.purpose = 'execute' AND t.state <> 'lifted'

UPDATE sanctions_jointaction AS a SET closed_on = %(today)s
WHERE a.listing_id = %(listing)s AND a.closed_on IS NULL RETURNING a.id, a.listing_id || '/' || a.memorandum_id
