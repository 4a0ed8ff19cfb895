-- Measures that are over are lifted, and where one may have been carried out its release is ordered, to be answered for just as
-- strictly. The tasks have been locked before. Parameters: tasks, today, due_on.
INSERT INTO sanctions_measuretask (action_id, measure_id, department_id, subject_id, as_responsible, purpose, issued_on, due_on)
SELECT t.action_id, t.measure_id, t.department_id, t.subject_id, t.as_responsible, 'release', %(today)s,
       CASE WHEN s.force <> 'reference' THEN %(due_on)s::date END
FROM sanctions_measuretask AS t JOIN sanctions_measure AS s ON s.id = t.measure_id
WHERE t.id = ANY(%(tasks)s) AND (t.was_executed OR s.force = 'reference' AND t.state <> 'issued')
ON CONFLICT DO NOTHING

UPDATE sanctions_measuretask SET state = 'lifted', lifted_on = %(today)s, updated_at = now()
WHERE id = ANY(%(tasks)s) AND purpose = 'execute' AND state <> 'lifted'
