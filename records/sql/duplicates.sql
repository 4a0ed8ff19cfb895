-- Pairs of organisations that may be one, with every reason found. Sole traders of one name in one county are many and are
-- not each other; so between two with a unified code a name says nothing about them. Parameter: found_at.
CREATE TEMP TABLE suspicion ON COMMIT DROP AS
SELECT least(a.id, b.id) AS first_id, greatest(a.id, b.id) AS second_id, 'same_name' AS reason
FROM records_subject AS a JOIN records_subject AS b ON a.name_key = b.name_key AND a.id < b.id
WHERE a.kind <> 'person' AND b.kind <> 'person' AND a.merged_into_id IS NULL AND b.merged_into_id IS NULL
  AND (a.region_code = b.region_code OR '' IN (a.region_code, b.region_code))
  AND (a.uscc IS NULL OR b.uscc IS NULL OR (a.kind = 'organisation' AND b.kind = 'organisation'))
UNION ALL
SELECT least(o.id, s.id), greatest(o.id, s.id), 'embedded_code'
FROM records_identifier AS i JOIN records_subject AS o ON o.id = i.subject_id
JOIN records_subject AS s ON substr(s.uscc, 9, 9) = i.lookup AND s.id <> o.id
WHERE i.kind = 'organisation_code' AND o.merged_into_id IS NULL AND s.merged_into_id IS NULL
UNION ALL
SELECT least(a.id, b.id), greatest(a.id, b.id), 'near_name'
FROM (
    SELECT id, uscc, region_code, name_key, regexp_replace(name_key, '(股份|有限|责任|集团|公司|\(.*?\))', '', 'g') AS stem
    FROM records_subject WHERE kind = 'organisation' AND merged_into_id IS NULL
) AS a JOIN (
    SELECT id, uscc, region_code, name_key, regexp_replace(name_key, '(股份|有限|责任|集团|公司|\(.*?\))', '', 'g') AS stem
    FROM records_subject WHERE kind = 'organisation' AND merged_into_id IS NULL
) AS b ON a.stem = b.stem AND a.id < b.id AND a.name_key <> b.name_key
WHERE char_length(a.stem) >= 4 AND (a.uscc IS NULL OR b.uscc IS NULL)

INSERT INTO records_suspectedduplicate (first_id, second_id, reasons, found_at)
SELECT first_id, second_id, array_agg(DISTINCT reason ORDER BY reason), %(found_at)s FROM suspicion GROUP BY first_id, second_id
ON CONFLICT (first_id, second_id) DO UPDATE SET reasons = excluded.reasons, found_at = excluded.found_at
WHERE records_suspectedduplicate.distinct_at IS NULL

DROP TABLE suspicion
