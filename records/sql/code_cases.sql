-- Doubts about codes, one case for each department, kind and code (for a conflict of names: the name held; else the reason).
-- What came in since the last time: rows sent back for a code, with the line each stood in.
CREATE TEMP TABLE doubt ON COMMIT DROP AS
SELECT b.department_id, p ->> 'code' AS kind, left(coalesce(nullif(p ->> 'value', ''), substring(p ->> 'reason' FROM '“(.+?)”'), p ->> 'reason'), 200) AS about,
       b.id AS batch_id, r.row_no
FROM records_rejectedrow AS r JOIN records_batch AS b ON b.id = r.batch_id
CROSS JOIN LATERAL jsonb_array_elements(r.problems) AS p
WHERE p ->> 'code' IN ('uscc_invalid', 'organisation_code_invalid', 'name_conflict', 'identifier_conflict')
  AND b.state = 'committed' AND NOT EXISTS (
      SELECT FROM records_codecaserow AS known JOIN records_codecase AS c ON c.id = known.case_id
      WHERE known.batch_id = b.id AND known.row_no = r.row_no AND c.kind = p ->> 'code')

INSERT INTO records_codecase (department_id, kind, about) SELECT DISTINCT department_id, kind, about FROM doubt
ON CONFLICT (department_id, kind, about) DO NOTHING

-- A settled case wakes again when the same code comes in once more.
UPDATE records_codecase AS c SET state = 'unexplained', settled_by_id = NULL, settled_at = NULL
FROM doubt WHERE (c.department_id, c.kind, c.about) = (doubt.department_id, doubt.kind, doubt.about) AND c.state = 'settled'

INSERT INTO records_codecaserow (case_id, batch_id, row_no)
SELECT DISTINCT c.id, d.batch_id, d.row_no FROM doubt AS d JOIN records_codecase AS c USING (department_id, kind, about)
ON CONFLICT DO NOTHING

DROP TABLE doubt

-- What stands in the records: one name with several unified codes in one region, to every department that reported one.
CREATE TEMP TABLE doubt ON COMMIT DROP AS
SELECT r.department_id, 'several_codes' AS kind, left(s.legal_name, 200) AS about, min(s.id) AS subject_id
FROM records_subject AS s JOIN (
    SELECT name_key, region_code FROM records_subject
    WHERE kind = 'organisation' AND uscc IS NOT NULL AND merged_into_id IS NULL
    GROUP BY name_key, region_code HAVING count(*) > 1
) AS g USING (name_key, region_code)
JOIN records_record AS r ON r.subject_id = s.id
WHERE s.kind = 'organisation' AND s.uscc IS NOT NULL AND s.merged_into_id IS NULL
GROUP BY r.department_id, s.legal_name
UNION ALL
-- A unified code holds the organisation code in its 9th to 17th place (GB 32100).
SELECT DISTINCT r.department_id, 'embedded_code_differs', s.uscc || ' / ' || i.lookup, s.id
FROM records_subject AS s JOIN records_identifier AS i ON i.subject_id = s.id AND i.kind = 'organisation_code'
JOIN records_record AS r ON r.subject_id = s.id
WHERE s.uscc IS NOT NULL AND substr(s.uscc, 9, 9) <> i.lookup
  AND EXISTS (SELECT FROM jsonb_each_text(r."values") AS v WHERE v.value = i.lookup)
UNION ALL
SELECT DISTINCT r.department_id, 'subject_ended', left(r.document_no || ' ' || s.legal_name, 200), s.id
FROM records_subject AS s JOIN records_record AS r ON r.subject_id = s.id
WHERE s.standing = 'deregistered' AND r.decided_on > s.standing_since AND r.state IN ('current', 'disputed')

INSERT INTO records_codecase (department_id, kind, about, subject_id)
SELECT DISTINCT ON (department_id, kind, about) department_id, kind, about, subject_id
FROM doubt ORDER BY department_id, kind, about, subject_id
ON CONFLICT (department_id, kind, about) DO NOTHING

INSERT INTO records_codecaserow (case_id, batch_id, row_no)
SELECT DISTINCT c.id, r.batch_id, r.row_no
FROM doubt AS d JOIN records_codecase AS c USING (department_id, kind, about)
JOIN records_record AS r ON r.subject_id = d.subject_id AND r.department_id = d.department_id
WHERE d.kind <> 'subject_ended' OR d.about LIKE r.document_no || ' %%'
ON CONFLICT DO NOTHING

DROP TABLE doubt
