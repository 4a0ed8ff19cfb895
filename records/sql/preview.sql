-- What would become of one slice of staged rows, read only: the matching of merge.sql, statement by statement, with the
-- subjects and codes this file would make kept in tables of this session instead (their ids are below zero). Whoever changes
-- the matching in merge.sql changes it here; tests/records/test_preview.py holds the two against each other on drawn files.
-- Parameters: batch, low, high, code, department.
CREATE TEMP TABLE upcoming AS
SELECT row_no, id_kinds, id_lookups FROM records_stagedrow
WHERE batch_id = %(batch)s AND row_no > %(low)s AND row_no <= %(high)s

ANALYZE upcoming

-- WAVE:
-- Once more for the rows that had to wait for one before them, as in merge.sql.
CREATE TEMP TABLE foreseeing AS
SELECT row_no, subject_kind, subject_name, name_key, id_kinds, id_lookups, document_no, decided_on, content_digest,
       NULL::bigint AS subject_id, NULL::bigint AS record_id, NULL::int AS revision, NULL::uuid AS key,
       NULL::text AS outcome, NULL::text AS detail
FROM records_stagedrow
WHERE batch_id = %(batch)s AND row_no > %(low)s AND row_no <= %(high)s AND row_no IN (SELECT row_no FROM upcoming)
  AND row_no NOT IN (
    SELECT row_no FROM (
        SELECT row_no, codes, min(codes) OVER earlier AS low, max(codes) OVER earlier AS high
        FROM (SELECT row_no, id_kinds || id_lookups AS codes, id_kinds, id_lookups FROM upcoming) AS s
            CROSS JOIN LATERAL unnest(id_kinds, id_lookups) AS u (kind, lookup)
            LEFT JOIN records_identifier AS i USING (kind, lookup)
            LEFT JOIN foreseen_identifier AS f USING (kind, lookup)
        WINDOW earlier AS (PARTITION BY coalesce(coalesce(i.subject_id, f.subject_id)::text, kind || ' ' || lookup) ORDER BY row_no)
    ) AS named WHERE low <> codes OR high <> codes
)

ANALYZE foreseeing (row_no, name_key)

-- Subjects nobody has named before: one for each first identifier, called by its first row.
WITH known AS (
    SELECT DISTINCT m.row_no
    FROM foreseeing AS m CROSS JOIN LATERAL unnest(m.id_kinds, m.id_lookups) AS u (kind, lookup)
    LEFT JOIN records_identifier AS i ON i.kind = u.kind AND i.lookup = u.lookup
    LEFT JOIN foreseen_identifier AS f ON f.kind = u.kind AND f.lookup = u.lookup
    WHERE coalesce(i.subject_id, f.subject_id) IS NOT NULL
), fresh AS (
    SELECT DISTINCT ON (id_kinds[1], id_lookups[1]) -row_no AS id, id_kinds, id_lookups, subject_kind, subject_name, name_key
    FROM foreseeing AS m WHERE NOT EXISTS (SELECT FROM known WHERE known.row_no = m.row_no)
    ORDER BY id_kinds[1], id_lookups[1], row_no
), made AS (
    INSERT INTO foreseen_subject (id, kind, legal_name, name_key) SELECT id, subject_kind, subject_name, name_key FROM fresh
)
INSERT INTO foreseen_identifier (kind, lookup, subject_id)
SELECT u.kind, u.lookup, f.id FROM fresh AS f CROSS JOIN LATERAL unnest(f.id_kinds, f.id_lookups) AS u (kind, lookup)
ON CONFLICT DO NOTHING

UPDATE foreseeing AS m
SET subject_id = found.low,
    key = md5(concat_ws('|', found.low, m.decided_on, m.document_no))::uuid,
    outcome = CASE WHEN found.low <> found.high THEN 'identifier_conflict'
                   WHEN found.name_key <> m.name_key AND found.kind = 'person' THEN 'person_name_conflict'
                   WHEN found.name_key <> m.name_key THEN 'name_conflict' END,
    detail = CASE WHEN found.name_key <> m.name_key AND found.kind <> 'person' THEN found.legal_name END
FROM (
    SELECT ids.row_no, ids.low, ids.high, coalesce(s.kind, f.kind) AS kind, coalesce(s.name_key, f.name_key) AS name_key,
           coalesce(s.legal_name, f.legal_name) AS legal_name
    FROM (
        SELECT m.row_no, min(coalesce(i.subject_id, f.subject_id)) AS low, max(coalesce(i.subject_id, f.subject_id)) AS high
        FROM foreseeing AS m CROSS JOIN LATERAL unnest(m.id_kinds, m.id_lookups) AS u (kind, lookup)
        LEFT JOIN records_identifier AS i ON i.kind = u.kind AND i.lookup = u.lookup
        LEFT JOIN foreseen_identifier AS f ON f.kind = u.kind AND f.lookup = u.lookup
        GROUP BY m.row_no
    ) AS ids
    LEFT JOIN records_subject AS s ON s.id = ids.low
    LEFT JOIN foreseen_subject AS f ON f.id = ids.low
) AS found
WHERE found.row_no = m.row_no

-- A decision made before a change of name bears the former name; a merged subject is reported under both its names.
UPDATE foreseeing AS m SET outcome = NULL, detail = NULL
FROM records_formername AS f
WHERE m.outcome IN ('name_conflict', 'person_name_conflict') AND f.subject_id = m.subject_id AND f.name_key = m.name_key
  AND (f.until_on IS NULL OR m.decided_on < f.until_on)

-- A person responsible whose number is known under another name.
UPDATE foreseeing AS m
SET outcome = 'person_name_conflict'
FROM records_stagedrow AS s CROSS JOIN LATERAL jsonb_to_recordset(s.responsible) AS p (kind text, lookup text, name_key text)
JOIN records_identifier AS i USING (kind, lookup) JOIN records_subject AS held ON held.id = i.subject_id
WHERE s.batch_id = %(batch)s AND s.row_no = m.row_no AND s.responsible <> '[]' AND held.name_key <> p.name_key AND m.outcome IS NULL
  AND NOT EXISTS (SELECT FROM records_formername AS f WHERE f.subject_id = held.id AND f.name_key = p.name_key)

-- Nobody has named the person before, and two rows of this file do so under two names: the first one stands.
WITH people AS (
    SELECT s.row_no, p.kind, p.lookup, p.name_key
    FROM records_stagedrow AS s JOIN foreseeing AS n ON n.row_no = s.row_no AND n.outcome IS NULL
    CROSS JOIN LATERAL jsonb_to_recordset(s.responsible) AS p (kind text, lookup text, name_key text)
    WHERE s.batch_id = %(batch)s AND s.responsible <> '[]'
      AND NOT EXISTS (SELECT FROM records_identifier AS i WHERE i.kind = p.kind AND i.lookup = p.lookup)
), met AS (
    INSERT INTO foreseen_person (kind, lookup, name_key)
    SELECT DISTINCT ON (kind, lookup) kind, lookup, name_key FROM people ORDER BY kind, lookup, row_no
    ON CONFLICT DO NOTHING RETURNING kind, lookup, name_key
)
UPDATE foreseeing AS m SET outcome = 'person_name_conflict'
FROM people AS p JOIN (SELECT * FROM met UNION ALL SELECT * FROM foreseen_person) AS first USING (kind, lookup)
WHERE p.row_no = m.row_no AND p.name_key <> first.name_key

-- Further codes of a known subject.
INSERT INTO foreseen_identifier (kind, lookup, subject_id)
SELECT DISTINCT ON (u.kind, u.lookup) u.kind, u.lookup, m.subject_id
FROM foreseeing AS m CROSS JOIN LATERAL unnest(m.id_kinds, m.id_lookups) AS u (kind, lookup)
WHERE m.outcome IS NULL AND cardinality(m.id_kinds) > 1
ON CONFLICT DO NOTHING

-- The same decision twice in this file.
INSERT INTO foreseen_key (key, row_no, content_digest)
SELECT DISTINCT ON (key) key, row_no, content_digest FROM foreseeing WHERE outcome IS NULL ORDER BY key, row_no
ON CONFLICT DO NOTHING

UPDATE foreseeing AS m
SET outcome = CASE WHEN m.content_digest = k.content_digest THEN 'unchanged' ELSE 'duplicate_in_file' END,
    detail = k.row_no::text
FROM foreseen_key AS k
WHERE k.key = m.key AND k.row_no <> m.row_no AND m.outcome IS NULL

-- What is held already.
UPDATE foreseeing AS m
SET record_id = held.id,
    revision = held.revision,
    detail = held.ended_on::text,
    outcome = CASE WHEN held.state = 'withdrawn' THEN 'withdrawn_before' WHEN held.state = 'erased' THEN 'erased_before'
                   WHEN held.state = 'ended' THEN 'ended_before'
                   WHEN held.state <> 'unreported' AND held.content_digest = m.content_digest THEN 'unchanged' END
FROM foreseeing AS n CROSS JOIN LATERAL (
    SELECT r.id, r.revision, r.state, r.ended_on, r.content_digest FROM records_record AS r
    WHERE r.subject_id = n.subject_id AND r.document_no = n.document_no
      AND (r.decided_on, r.department_id, r.item_code) IS NOT DISTINCT FROM (n.decided_on, %(department)s, %(code)s)
    LIMIT 1
) AS held
WHERE m.row_no = n.row_no AND m.outcome IS NULL

INSERT INTO records_previewedrow (batch_id, row_no, outcome, record_id, revision, content_digest)
SELECT %(batch)s, row_no, coalesce(outcome, CASE WHEN record_id IS NULL THEN 'new' ELSE 'changed' END), record_id, revision,
       content_digest
FROM foreseeing

-- Subjects named only by rows that would be sent back would not stay.
UPDATE foreseen_subject AS f SET is_used = true FROM foreseeing AS m WHERE m.subject_id = f.id AND m.outcome IS NULL

WITH gone AS (
    SELECT id FROM foreseen_subject
    WHERE NOT is_used AND id IN (SELECT subject_id FROM foreseeing WHERE outcome IS NOT NULL)
), codes AS (
    DELETE FROM foreseen_identifier USING gone WHERE subject_id = gone.id
)
DELETE FROM foreseen_subject USING gone WHERE foreseen_subject.id = gone.id
