-- How many subjects of each place are known. An organisation belongs where it is registered, a person where their
-- population library is; who is known from a record alone, to the place of the department that reported first.
DELETE FROM records_coveragefigure

INSERT INTO records_coveragefigure
    (region_id, persons, persons_with_records, organisations, organisations_with_records, counted_at)
SELECT g.code, count(*) FILTER (WHERE is_person), count(*) FILTER (WHERE is_person AND first.subject_id IS NOT NULL),
       count(*) FILTER (WHERE NOT is_person), count(*) FILTER (WHERE NOT is_person AND first.subject_id IS NOT NULL), now()
FROM (SELECT id, region_code, kind = 'person' AS is_person FROM records_subject WHERE merged_into_id IS NULL) AS s
LEFT JOIN (
    SELECT DISTINCT ON (r.subject_id) r.subject_id, d.region_id
    FROM records_record AS r JOIN accounts_department AS d ON d.id = r.department_id
    WHERE r.state NOT IN ('withdrawn', 'unreported', 'erased') ORDER BY r.subject_id, r.id
) AS first ON first.subject_id = s.id
LEFT JOIN accounts_region AS g ON g.code = CASE WHEN s.region_code <> '' THEN s.region_code ELSE first.region_id END
GROUP BY g.code
