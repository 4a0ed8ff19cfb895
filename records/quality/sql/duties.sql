-- Each duty whose period ends with a month, and what came of it. A period is answered for by rows that came in during it,
-- by decisions of the period whenever they came in, or by a zero report. Parameters: month (its first day), last (its last
-- day), earliest (first day of the longest period), since, until (the same as moments), cycles (those that end now),
-- departments (NULL: all).
WITH duty AS (
    SELECT d.id, d.public_id, d.department_id, d.item_code, d.cycle,
           (%(month)s::date - CASE d.cycle WHEN 'year' THEN interval '11 months' WHEN 'quarter' THEN interval '2 months'
                              ELSE interval '0' END)::date AS starts_on
    FROM records_reportingduty AS d
    WHERE d.cycle = ANY(%(cycles)s) AND d.in_force_from <= %(last)s
      AND coalesce(d.in_force_until, 'infinity') >= %(month)s
      AND (%(departments)s::bigint[] IS NULL OR d.department_id = ANY(%(departments)s))
), decided AS (
    SELECT r.department_id, r.item_code, date_trunc('month', r.decided_on)::date AS month
    FROM records_record AS r
    WHERE r.item_code IN (SELECT item_code FROM duty) AND r.decided_on BETWEEN %(earliest)s AND %(last)s
      AND (%(departments)s::bigint[] IS NULL OR r.department_id = ANY(%(departments)s))
    GROUP BY 1, 2, 3
), came AS (
    SELECT b.department_id, i.code AS item_code, date_trunc('month', b.finished_at AT TIME ZONE 'Asia/Shanghai')::date AS month
    FROM records_batch AS b JOIN catalogue_informationitem AS i ON i.id = b.item_id
    WHERE b.state = 'committed' AND b.rows_accepted + b.rows_unchanged > 0
      AND b.finished_at >= %(since)s AND b.finished_at < %(until)s
      AND (%(departments)s::bigint[] IS NULL OR b.department_id = ANY(%(departments)s))
    GROUP BY 1, 2, 3
)
SELECT d.public_id, d.department_id, d.item_code, d.cycle,
       EXISTS (SELECT FROM decided AS x WHERE (x.department_id, x.item_code) = (d.department_id, d.item_code)
               AND x.month >= d.starts_on) AS is_decided,
       EXISTS (SELECT FROM came AS x WHERE (x.department_id, x.item_code) = (d.department_id, d.item_code)
               AND x.month >= d.starts_on) AS came_in,
       z.stated_at
FROM duty AS d LEFT JOIN records_zeroreport AS z ON z.duty_id = d.id AND z.month = %(month)s
ORDER BY d.department_id, d.item_code
