-- Class every organisation of the region of the method's department that has a record of the field, or one reported by a department of
-- the same line: those it supervises (国发〔2016〕33号（六）).
-- One pass over the records of those organisations, one over the listings in force. What is being verified (disputed, suspended)
-- does not count (（二十二）), nor what was withdrawn, repaired or is past its term: only `current` records do.
INSERT INTO sanctions_supervisionclass (run_id, department_id, subject_id, grade, score, explanation)
WITH method AS MATERIALIZED (
    SELECT m.*, k.code AS field_code, '%%-' || regexp_replace(d.code, '^.*-', '') AS of_line,
           CASE WHEN d.region_id LIKE '%%0000' THEN left(d.region_id, 2) WHEN d.region_id LIKE '%%00' THEN left(d.region_id, 4)
                ELSE d.region_id END || '%%' AS places
    FROM sanctions_supervisionrun AS run
    JOIN sanctions_supervisionmethod AS m ON m.id = run.method_id
    JOIN catalogue_keyfield AS k ON k.id = m.field_id
    JOIN accounts_department AS d ON d.id = m.department_id
    WHERE run.id = %(run)s
), input AS MATERIALIZED (
    SELECT i.ordinality AS no, i.value ->> 'kind' AS kind, (i.value ->> 'weight')::numeric AS weight, (i.value ->> 'cap')::numeric AS cap,
           %(today)s::date - make_interval(months => (i.value ->> 'months')::int) AS since
    FROM method, jsonb_array_elements(method.inputs) WITH ORDINALITY AS i
), item AS MATERIALIZED (
    SELECT i.id, i.code, i.category, i.is_adverse, method.field_code = ANY (i.key_fields) AS of_field
    FROM catalogue_informationitem AS i, method WHERE i.standing = 'official'
), unit AS MATERIALIZED (
    SELECT d.id FROM accounts_department AS d, method WHERE d.code LIKE method.of_line
), population AS MATERIALIZED (
    SELECT s.id FROM records_subject AS s, method
    WHERE s.kind <> 'person' AND s.merged_into_id IS NULL AND s.region_code LIKE method.places
      AND NOT EXISTS (SELECT FROM accounts_department AS d WHERE d.uscc = s.uscc)  -- who supervises is not supervised
      AND EXISTS (SELECT FROM records_record AS r JOIN item ON item.id = r.item_id
                  WHERE r.subject_id = s.id AND (item.of_field OR r.department_id IN (SELECT id FROM unit))
                    AND r.state IN ('current', 'disputed', 'suspended', 'expired'))
), held AS MATERIALIZED (
    SELECT r.subject_id, r.decided_on, r.severity, item.code, item.category, item.is_adverse, item.of_field,
           r.values ->> 'fulfillmentStatus' AS kept
    FROM population AS p JOIN records_record AS r ON r.subject_id = p.id JOIN item ON item.id = r.item_id
    WHERE r.state = 'current'
), fact AS (
    SELECT h.subject_id, input.no, count(*) AS times
    FROM held AS h JOIN input ON h.decided_on > input.since AND CASE input.kind
        WHEN 'penalty_serious' THEN h.code = 'XZCF' AND h.severity = 'serious'
        WHEN 'penalty_general' THEN h.code = 'XZCF' AND h.severity = 'general'
        WHEN 'penalty_minor' THEN h.code = 'XZCF' AND h.severity = 'minor'
        WHEN 'field_adverse' THEN h.of_field AND h.is_adverse AND h.code <> 'XZCF'
        WHEN 'abnormal' THEN h.category = 'abnormal'
        WHEN 'breach' THEN h.code = 'CNWY'
        WHEN 'honour' THEN h.category = 'honour'
        WHEN 'commitment' THEN h.code = 'XYCN' AND h.kept = '全部履行'
        ELSE false END
    GROUP BY 1, 2
    UNION ALL
    SELECT l.subject_id, input.no, count(*)
    FROM population AS p JOIN listing_in_force AS l ON l.subject_id = p.id AND NOT l.is_suspended
    JOIN input ON (input.kind, l.tone) IN (('black_listed', 'black'), ('watch_listed', 'watch'), ('red_listed', 'red'))
    GROUP BY 1, 2
    UNION ALL
    SELECT p.id, input.no, 1
    FROM population AS p, input
    WHERE input.kind = 'reported' AND NOT EXISTS (SELECT FROM held AS h WHERE h.subject_id = p.id AND h.category = 'abnormal')
), counted AS (
    SELECT p.id AS subject_id, input.no, input.kind, input.weight, coalesce(fact.times, 0) AS times,
           sign(input.weight) * least(abs(input.weight) * coalesce(fact.times, 0), input.cap) AS points
    FROM population AS p CROSS JOIN input LEFT JOIN fact ON fact.subject_id = p.id AND fact.no = input.no
), scored AS (
    SELECT counted.subject_id, least(100, greatest(0, min(method.base) + sum(counted.points))) AS score,
           jsonb_agg(jsonb_build_object('kind', kind, 'count', times, 'weight', weight, 'points', points) ORDER BY no) AS explanation
    FROM counted, method GROUP BY counted.subject_id
)
SELECT %(run)s, method.department_id, scored.subject_id,
       CASE WHEN score >= (method.thresholds ->> 'A')::numeric THEN 'A' WHEN score >= (method.thresholds ->> 'B')::numeric THEN 'B'
            WHEN score >= (method.thresholds ->> 'C')::numeric THEN 'C' ELSE 'D' END,
       score, explanation
FROM scored, method
