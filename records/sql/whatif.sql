-- What an edition of the catalogue means for the records, judged for a day, without touching one of them. Parameters: on (the
-- day), items and rules (of the draft, those that differ), closed (fields no longer public). The arithmetic of terms is
-- display_term(), held to catalogue/policy.py by a property test. The question follows: counts, a list, or the change itself.
WITH draft_item AS (
    SELECT * FROM jsonb_to_recordset(%(items)s)
        AS x (code text, is_ended boolean, was_display text, person_display text, severity_by_value jsonb)
), draft_rule AS (
    SELECT * FROM jsonb_to_recordset(%(rules)s)
        AS x (item_code text, severity text, method text, minimum_months integer, maximum_months integer, key text)
), closed AS (
    SELECT item_code, array_agg(code) AS codes
    FROM jsonb_to_recordset(%(closed)s) AS x (item_code text, code text) GROUP BY item_code
), date_field AS (
    SELECT item_id, max(code) FILTER (WHERE role = 'valid_until') AS valid_until,
           max(code) FILTER (WHERE role = 'display_until') AS display_until
    FROM catalogue_itemfield GROUP BY item_id
), held AS (
    SELECT r.id, r.item_code, r.department_id, r.decided_on, r.displayed_until AS now_until, r.state, d.is_ended,
           r.values ->> f.valid_until AS valid_until, r.values ->> f.display_until AS stated_until,
           s.kind <> 'person' OR (i.person_display = 'masked' AND d.was_display = 'masked' AND s.adult_on <= %(on)s) AS may_now,
           s.kind <> 'person' OR (d.person_display = 'masked' AND s.adult_on <= %(on)s) AS may_then,
           coalesce(r.values ?| c.codes, false) AS has_closed,
           CASE WHEN d.severity_by_value -> 'serious' ?| k.kinds THEN 'serious'
                WHEN d.severity_by_value -> 'general' ?| k.kinds THEN 'general'
                WHEN d.severity_by_value -> 'minor' ?| k.kinds THEN 'minor' ELSE '' END AS severity
    FROM records_record AS r
    JOIN draft_item AS d ON d.code = r.item_code
    JOIN records_subject AS s ON s.id = r.subject_id
    JOIN catalogue_informationitem AS i ON i.id = r.item_id
    LEFT JOIN date_field AS f ON f.item_id = r.item_id
    LEFT JOIN closed AS c ON c.item_code = r.item_code
    CROSS JOIN LATERAL (
        SELECT array_agg(split_part(word, '-', 1)) AS kinds
        FROM unnest(string_to_array(r.values ->> (d.severity_by_value ->> 'field'), '、')) AS word
    ) AS k
    WHERE r.state IN ('current', 'disputed', 'expired')
), term AS (
    SELECT h.*, rule.key,
           CASE WHEN h.is_ended THEN NULL
                WHEN rule.key IS NULL THEN h.now_until
                ELSE display_term(rule.method, rule.minimum_months, rule.maximum_months, h.decided_on,
                                  CASE WHEN h.valid_until ~ '^\d{4}-\d\d-\d\d$' THEN h.valid_until::date END,
                                  CASE WHEN h.stated_until ~ '^\d{4}-\d\d-\d\d$' THEN h.stated_until::date END)
           END AS then_until
    FROM held AS h
    LEFT JOIN LATERAL (
        SELECT * FROM draft_rule AS x WHERE x.item_code = h.item_code AND x.severity IN (h.severity, '')
        ORDER BY x.severity = h.severity DESC LIMIT 1
    ) AS rule ON true
), shown AS (
    SELECT t.*, coalesce(t.state IN ('current', 'disputed') AND t.now_until >= %(on)s AND t.may_now, false) AS is_now,
           coalesce(t.then_until >= %(on)s AND t.may_then, false) AS is_then
    FROM term AS t
), judged AS (
    SELECT id, item_code, department_id, key, now_until, then_until, is_now AND is_then AND has_closed AS is_closed,
           CASE WHEN is_now AND NOT is_ended AND NOT may_then THEN 'hidden'
                WHEN is_now AND NOT is_then THEN 'ended'
                WHEN is_then AND NOT is_now THEN 'appearing'
                WHEN is_now AND then_until < now_until THEN 'shorter'
                WHEN is_now AND then_until > now_until THEN 'longer'
                WHEN is_now AND has_closed THEN 'closed' END AS kind
    FROM shown
)
