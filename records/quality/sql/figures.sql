-- What was counted in one month for each department and item, in one statement. Parameters: since, until (moments in
-- Beijing time), items, days, dues (the due date of each decision date, computed once), wrong, twice (problem codes).
WITH due AS (
    SELECT * FROM unnest(%(items)s::text[], %(days)s::date[], %(dues)s::date[]) AS d (item_code, decided_on, due_on)
), entered AS (
    SELECT r.department_id, r.item_code, count(*) AS reported, count(d.due_on) AS timed,
           count(*) FILTER (WHERE (r.created_at AT TIME ZONE 'Asia/Shanghai')::date > d.due_on) AS late
    FROM records_record AS r LEFT JOIN due AS d USING (item_code, decided_on)
    WHERE r.created_at >= %(since)s AND r.created_at < %(until)s
    GROUP BY r.department_id, r.item_code
), ended AS (
    SELECT b.id, b.department_id, i.code AS item_code, b.state, b.rows_accepted, b.rows_unchanged, b.rows_rejected
    FROM records_batch AS b JOIN catalogue_informationitem AS i ON i.id = b.item_id
    WHERE b.finished_at >= %(since)s AND b.finished_at < %(until)s AND b.state IN ('committed', 'refused')
), sent AS (
    SELECT department_id, item_code,
           coalesce(sum(rows_accepted) FILTER (WHERE state = 'committed'), 0) AS accepted,
           coalesce(sum(rows_unchanged) FILTER (WHERE state = 'committed'), 0) AS unchanged,
           coalesce(sum(rows_rejected) FILTER (WHERE state = 'committed'), 0) AS rejected,
           count(*) FILTER (WHERE state = 'refused') AS files_refused
    FROM ended GROUP BY department_id, item_code
), returned AS (
    SELECT e.department_id, e.item_code,
           count(*) FILTER (WHERE jsonb_path_query_array(x.problems, '$[*].code') ?| %(twice)s) AS duplicates,
           count(*) FILTER (WHERE jsonb_path_query_array(x.problems, '$[*].code') ?| %(wrong)s) AS wrong_codes
    FROM ended AS e JOIN records_rejectedrow AS x ON x.batch_id = e.id
    WHERE e.state = 'committed' GROUP BY e.department_id, e.item_code
), refused AS (
    SELECT r.department_id, r.item_code, count(DISTINCT r.id) AS national_refused
    FROM records_nationalrefusal AS n JOIN records_record AS r ON r.id = n.record_id
    WHERE n.refused_at >= %(since)s AND n.refused_at < %(until)s
    GROUP BY r.department_id, r.item_code
)
SELECT department_id, item_code, coalesce(reported, 0), coalesce(timed, 0), coalesce(late, 0), coalesce(accepted, 0),
       coalesce(unchanged, 0), coalesce(rejected, 0), coalesce(files_refused, 0), coalesce(duplicates, 0),
       coalesce(wrong_codes, 0), coalesce(national_refused, 0)
FROM entered FULL JOIN sent USING (department_id, item_code) FULL JOIN returned USING (department_id, item_code)
FULL JOIN refused USING (department_id, item_code)
