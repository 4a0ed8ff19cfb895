-- Merging one slice of staged rows into subjects and records. The statements run in order, in one transaction, under one
-- advisory lock: two merges at once could make the same subject twice. Parameters: batch, low, high, item, code,
-- department, previewed.
-- What becomes of a row ends in merging.outcome: NULL is accepted, then unchanged, or the code of a problem.
CREATE TEMP TABLE slice ON COMMIT DROP AS
SELECT * FROM records_stagedrow WHERE batch_id = %(batch)s AND row_no > %(low)s AND row_no <= %(high)s

-- Temporary tables have no statistics of their own accord; without them the planner believes in one row and loops.
ANALYZE slice (row_no)

-- WAVE:
-- From here on once more for the rows that had to wait. A row waits while one before it names one of its codes, or its known
-- subject, beside other codes: whose code that is shows only when the earlier row has been merged. Few files need more waves,
-- and where every row names one code nobody has to wait for anybody.
-- The decisions about the rows stand apart from the rows, so that writing them down does not copy whole rows. Whose row it is
-- is asked first; identifiers that lead to two subjects (low, high) are told, never guessed.
CREATE TEMP TABLE merging ON COMMIT DROP AS
SELECT s.row_no, s.id_kinds, s.id_lookups, s.id_ciphers, s.name_key, s.document_no, s.decided_on, s.content_digest,
       known.low AS subject_id, known.high AS other_id, known.low IS NULL AS is_fresh, NULL::bigint AS record_id,
       NULL::text AS outcome, NULL::text AS detail
FROM slice AS s CROSS JOIN LATERAL (
    SELECT min(i.subject_id) AS low, max(i.subject_id) AS high
    FROM unnest(s.id_kinds, s.id_lookups) AS u (kind, lookup) JOIN records_identifier AS i USING (kind, lookup)
) AS known
WHERE NOT EXISTS (SELECT FROM slice WHERE cardinality(id_kinds) > 1) OR s.row_no NOT IN (
    SELECT row_no FROM (
        SELECT row_no, codes, min(codes) OVER earlier AS low, max(codes) OVER earlier AS high
        FROM (SELECT row_no, id_kinds || id_lookups AS codes, id_kinds, id_lookups FROM slice) AS s
            CROSS JOIN LATERAL unnest(id_kinds, id_lookups) AS u (kind, lookup)
            LEFT JOIN records_identifier AS i USING (kind, lookup)
        WINDOW earlier AS (PARTITION BY coalesce(i.subject_id::text, kind || ' ' || lookup) ORDER BY row_no)
    ) AS named WHERE low <> codes OR high <> codes
)

ANALYZE merging (row_no, subject_id, name_key, content_digest, outcome)

-- Subjects nobody has named before: one for each first identifier. In one wave no two of them share a code.
WITH fresh AS (
    SELECT DISTINCT ON (m.id_kinds[1], m.id_lookups[1])
           nextval((SELECT CAST(pg_get_serial_sequence('records_subject', 'id') AS regclass))) AS id,
           m.id_kinds, m.id_lookups, m.id_ciphers, m.name_key, s.subject_kind, s.subject_name, s.adult_on
    FROM merging AS m JOIN slice AS s ON s.row_no = m.row_no
    WHERE m.subject_id IS NULL
    ORDER BY m.id_kinds[1], m.id_lookups[1], m.row_no
), made AS (
    INSERT INTO records_subject (id, public_id, kind, legal_name, name_key, uscc, region_code, adult_on, created_at)
    SELECT id, uuidv7(), subject_kind, subject_name, name_key,
           CASE WHEN id_kinds[1] = 'uscc' THEN id_lookups[1] END,
           CASE WHEN id_kinds[1] = 'uscc' THEN substr(id_lookups[1], 3, 6) ELSE '' END,
           adult_on, now()
    FROM fresh
), coded AS (
    INSERT INTO records_identifier (subject_id, kind, lookup, cipher)
    SELECT f.id, u.kind, u.lookup, u.cipher
    FROM fresh AS f CROSS JOIN LATERAL unnest(f.id_kinds, f.id_lookups, f.id_ciphers) AS u (kind, lookup, cipher)
    ON CONFLICT (kind, lookup) DO NOTHING
    RETURNING subject_id, kind, lookup
)
UPDATE merging AS m
SET subject_id = f.id, other_id = f.id,
    outcome = CASE WHEN f.name_key = m.name_key THEN NULL
                   WHEN f.subject_kind = 'person' THEN 'person_name_conflict' ELSE 'name_conflict' END,
    detail = CASE WHEN f.name_key <> m.name_key AND f.subject_kind <> 'person' THEN f.subject_name END
FROM coded AS c JOIN fresh AS f ON f.id = c.subject_id
WHERE m.is_fresh AND c.kind = m.id_kinds[1] AND c.lookup = m.id_lookups[1]

-- A known code under another name would harm whoever bears the code, so the row goes back.
UPDATE merging AS m
SET outcome = CASE WHEN m.subject_id <> m.other_id THEN 'identifier_conflict'
                   WHEN s.kind = 'person' THEN 'person_name_conflict' ELSE 'name_conflict' END,
    detail = CASE WHEN s.name_key <> m.name_key AND s.kind <> 'person' THEN s.legal_name END
FROM records_subject AS s
WHERE NOT m.is_fresh AND s.id = m.subject_id AND (m.subject_id <> m.other_id OR s.name_key <> m.name_key)

-- A decision made before a change of name bears the former name; a merged subject is reported under both its names.
UPDATE merging AS m SET outcome = NULL, detail = NULL
FROM records_formername AS f
WHERE m.outcome IN ('name_conflict', 'person_name_conflict') AND f.subject_id = m.subject_id AND f.name_key = m.name_key
  AND (f.until_on IS NULL OR m.decided_on < f.until_on)

-- A person responsible whose number is known under another name: the row goes back, as for the subject itself.
UPDATE merging AS m
SET outcome = 'person_name_conflict'
FROM slice AS s CROSS JOIN LATERAL jsonb_to_recordset(s.responsible) AS p (kind text, lookup text, name_key text)
JOIN records_identifier AS i USING (kind, lookup) JOIN records_subject AS held ON held.id = i.subject_id
WHERE s.row_no = m.row_no AND s.responsible <> '[]' AND held.name_key <> p.name_key AND m.outcome IS NULL
  AND NOT EXISTS (SELECT FROM records_formername AS f WHERE f.subject_id = held.id AND f.name_key = p.name_key)

-- Nobody has named the person before, and two rows do so under two names: the first one stands.
UPDATE merging AS m
SET outcome = 'person_name_conflict'
FROM (
    SELECT s.row_no, p.kind, p.lookup, p.name_key,
           first_value(p.name_key) OVER (PARTITION BY p.kind, p.lookup ORDER BY s.row_no) AS first_name
    FROM slice AS s JOIN merging AS n ON n.row_no = s.row_no AND n.outcome IS NULL
    CROSS JOIN LATERAL jsonb_to_recordset(s.responsible) AS p (kind text, lookup text, name_key text)
    WHERE s.responsible <> '[]'
) AS named
WHERE named.row_no = m.row_no AND named.name_key <> named.first_name
  AND NOT EXISTS (SELECT FROM records_identifier AS i WHERE i.kind = named.kind AND i.lookup = named.lookup)

-- Further codes of a known subject.
INSERT INTO records_identifier (subject_id, kind, lookup, cipher)
SELECT DISTINCT ON (u.kind, u.lookup) m.subject_id, u.kind, u.lookup, u.cipher
FROM merging AS m CROSS JOIN LATERAL unnest(m.id_kinds, m.id_lookups, m.id_ciphers) AS u (kind, lookup, cipher)
WHERE m.outcome IS NULL AND cardinality(m.id_kinds) > 1
ON CONFLICT (kind, lookup) DO NOTHING

-- What this file has named so far. The same decision twice: an equal row is nothing new, a different one contradicts the
-- first and goes back. Only the rows that could not be entered are looked up: in most files there are none.
WITH named AS (
    INSERT INTO records_batchkey (batch_id, key, row_no, content_digest)
    SELECT DISTINCT ON (key) %(batch)s, key, row_no, content_digest
    FROM merging CROSS JOIN LATERAL CAST(md5(concat_ws('|', subject_id, decided_on, document_no)) AS uuid) AS decision (key)
    WHERE outcome IS NULL ORDER BY key, row_no
    ON CONFLICT DO NOTHING RETURNING row_no
)
UPDATE merging SET outcome = 'duplicate_in_file'
WHERE outcome IS NULL AND row_no NOT IN (SELECT row_no FROM named)

UPDATE merging AS m
SET outcome = CASE WHEN m.content_digest = first.content_digest THEN 'unchanged' ELSE m.outcome END, detail = first.row_no::text
FROM merging AS n CROSS JOIN LATERAL (
    SELECT k.row_no, k.content_digest FROM records_batchkey AS k
    WHERE k.batch_id = %(batch)s AND k.key = md5(concat_ws('|', n.subject_id, n.decided_on, n.document_no))::uuid LIMIT 1
) AS first
WHERE m.row_no = n.row_no AND n.outcome = 'duplicate_in_file'

-- What is held already: one look into the unique index a row. The last three columns are compared in a way no other index
-- serves: without statistics (a first large import) the planner took the one on dates, and 100,000 rows took two minutes.
UPDATE merging AS m
SET record_id = held.id,
    detail = held.ended_on::text,
    outcome = CASE WHEN held.state = 'withdrawn' THEN 'withdrawn_before' WHEN held.state = 'erased' THEN 'erased_before'
                   WHEN held.state = 'ended' THEN 'ended_before'
                   WHEN held.state <> 'unreported' AND held.content_digest = m.content_digest THEN 'unchanged' END
FROM merging AS n CROSS JOIN LATERAL (
    SELECT r.id, r.state, r.ended_on, r.content_digest FROM records_record AS r
    WHERE r.subject_id = n.subject_id AND r.document_no = n.document_no
      AND (r.decided_on, r.department_id, r.item_code) IS NOT DISTINCT FROM (n.decided_on, %(department)s, %(code)s)
    LIMIT 1
) AS held
WHERE m.row_no = n.row_no AND n.outcome IS NULL AND NOT n.is_fresh

-- What was previewed is what is committed (T-52): a row is taken in only with the content, and upon the revision, that were
-- shown. Where the records have moved on meanwhile it goes back.
UPDATE merging AS m
SET outcome = 'moved_since_preview'
WHERE %(previewed)s AND m.outcome IS NULL AND NOT EXISTS (
    SELECT FROM records_previewedrow AS p LEFT JOIN records_record AS r ON r.id = m.record_id
    WHERE p.batch_id = %(batch)s AND p.row_no = m.row_no AND p.outcome IN ('new', 'changed')
      AND p.content_digest = m.content_digest AND (p.record_id, p.revision) IS NOT DISTINCT FROM (m.record_id, r.revision)
)

-- Changed: the former content stays as a version (trigger), the revision moves on, so it is pending for the nation again.
UPDATE records_record AS r
SET item_id = %(item)s, subject_name = s.subject_name, title = s.title, authority = s.authority, "values" = s.values,
    secrets = s.secrets, responsible = s.responsible, content_digest = s.content_digest, severity = s.severity,
    displayed_until = s.displayed_until, display_rule_key = s.display_rule_key,
    displayed_from = coalesce(r.displayed_from, CASE WHEN s.displayed_until >= platform_today() THEN platform_today() END),
    state = CASE WHEN s.displayed_until < platform_today() THEN 'expired' WHEN r.state IN ('expired', 'unreported') THEN 'current'
                 ELSE r.state END,
    ended_on = CASE WHEN s.displayed_until < platform_today() THEN s.displayed_until END, end_reason = '',
    batch_id = s.batch_id, row_no = s.row_no, revision = r.revision + 1, explained_revision = r.revision + 1,
    change_kind = 'reported', changed_by_id = %(sent_by)s, change_reason = '', updated_at = now()
FROM merging AS m JOIN slice AS s ON s.row_no = m.row_no
WHERE m.record_id = r.id AND m.outcome IS NULL

-- New. What is not displayed has nothing to tell the nation.
INSERT INTO records_record (public_id, item_id, item_code, subject_id, department_id, subject_name, document_no, decided_on,
    title, authority, "values", secrets, responsible, content_digest, severity, displayed_from, displayed_until, display_rule_key,
    state, ended_on, batch_id, row_no, national_revision, changed_by_id)
SELECT uuidv7(), %(item)s, %(code)s, m.subject_id, %(department)s, s.subject_name, s.document_no, s.decided_on,
    s.title, s.authority, s.values, s.secrets, s.responsible, s.content_digest, s.severity,
    CASE WHEN s.displayed_until >= platform_today() THEN platform_today() END, s.displayed_until, s.display_rule_key,
    CASE WHEN s.displayed_until < platform_today() THEN 'expired' ELSE 'current' END,
    CASE WHEN s.displayed_until < platform_today() THEN s.displayed_until END,
    s.batch_id, s.row_no, CASE WHEN s.displayed_until >= platform_today() THEN 0 ELSE 1 END, %(sent_by)s
FROM merging AS m JOIN slice AS s ON s.row_no = m.row_no
WHERE m.record_id IS NULL AND m.outcome IS NULL
ORDER BY s.row_no

-- A subject made for a row that then went back does not stay: a wrong name must not bar the right one.
WITH gone AS (
    SELECT DISTINCT s.id FROM merging AS m JOIN records_subject AS s ON s.id = m.subject_id AND s.created_at = now()
    WHERE m.outcome IN ('person_name_conflict', 'moved_since_preview')
      AND NOT EXISTS (SELECT FROM records_record AS r WHERE r.subject_id = s.id)
), codes AS (
    DELETE FROM records_identifier USING gone WHERE subject_id = gone.id
)
DELETE FROM records_subject USING gone WHERE records_subject.id = gone.id
