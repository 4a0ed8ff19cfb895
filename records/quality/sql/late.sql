-- Records that came in after they were due, in one span of time. Parameters as in figures.sql, and departments (NULL: all).
SELECT r.id, d.due_on
FROM records_record AS r
JOIN unnest(%(items)s::text[], %(days)s::date[], %(dues)s::date[]) AS d (item_code, decided_on, due_on)
  USING (item_code, decided_on)
WHERE r.created_at >= %(since)s AND r.created_at < %(until)s
  AND (r.created_at AT TIME ZONE 'Asia/Shanghai')::date > d.due_on
  AND (%(departments)s::bigint[] IS NULL OR r.department_id = ANY(%(departments)s))
  AND (%(item)s = '' OR r.item_code = %(item)s)
