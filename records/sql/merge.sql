--- Merging one slice of staged rows into subjects and records. The statements run in order, in one transaction, under one
-- advisory lock: two merges at once could make the same subject twice. Parameters: batch, low, high, item, code, department.
-- The outcome of each row ends in merging.outcome: accepted, unchanged, or the code of a problem.
CREATE TEMP TABLE merging ON COMMIT DROP AS
SELECT s.*, NULL::bigint AS subject_id, NULL::bigint AS record_id, NULL::text AS outcome, NULL::text AS detail, NULL::uuid AS key
FROM records_stagedrow AS s
WHERE s.batch_id = %(batch)s AND s.row_no > %(low)s AND s.row_no <= %(high)s

--- A temporary table has no statistics of its own accord.
ANALYZE merging

--- Subjects nobody has named before: one for each first identifier.
WITH known AS (
    SELECT DISTINCT m.row_no
    FROM merging AS m CROSS JOIN LATERAL unnest(m.id_kinds, m.id_lookups) AS u (kind, lookup)
    JOIN records_identifier AS i USING (kind, lookup)
), fresh AS (
    SELECT DISTINCT ON (id_kinds[1], id_lookups[1]) nextval(pg_get_serial_sequence('records_subject', 'id')) AS id, m.*
    FROM merging AS m WHERE NOT EXISTS (SELECT FROM known WHERE known.row_no = m.row_no)
    ORDER BY id_kinds[1], id_lookups[1], row_no
), made AS (
    INSERT INTO records_subject (id, public_id, kind, legal_name, name_key, uscc, region_code, adult_on, created_at)
    SELECT id, gen_random_uuid(), subject_kind, subject_name, name_key,
           CASE WHEN id_kinds[1] = 'uscc' THEN id_lookups[1] END,
           CASE WHEN id_kinds[1] = 'uscc' THEN substr(id_lookups[1], 3, 6) ELSE '' END,
           adult_on, now()
    FROM fresh
)
INSERT INTO records_identifier (subject_id, kind, lookup, cipher)
SELECT f.id, u.kind, u.lookup, u.cipher
FROM fresh AS f CROSS JOIN LATERAL unnest(f.id_kinds, f.id_lookups, f.id_ciphers) AS u (kind, lookup, cipher)
ON CONFLICT (kind, lookup) DO NOTHING

--- Whose row is it? Identifiers that lead to two subjects are told, never guessed.
UPDATE merging AS m SET subject_id = found.low, outcome = CASE WHEN found.low <> found.high THEN 'identifier_conflict' END
FROM (
    SELECT m.row_no, min(i.subject_id) AS low, max(i.subject_id) AS high
    FROM merging AS m CROSS JOIN LATERAL unnest(m.id_kinds, m.id_lookups) AS u (kind, lookup)
    JOIN records_identifier AS i USING (kind, lookup) GROUP BY m.row_no
) AS found
WHERE found.row_no = m.row_no

--- A known code under another name harms whoever bears the code: it goes back.
UPDATE merging AS m SET outcome = 'name_conflict', detail = s.legal_name
FROM records_subject AS s WHERE s.id = m.subject_id AND m.outcome IS NULL AND s.name_key <> m.name_key

--- Further codes of a known subject.
INSERT INTO records_identifier (subject_id, kind, lookup, cipher)
SELECT DISTINCT ON (u.kind, u.lookup) m.subject_id, u.kind, u.lookup, u.cipher
FROM merging AS m CROSS JOIN LATERAL unnest(m.id_kinds, m.id_lookups, m.id_ciphers) AS u (kind, lookup, cipher)
WHERE m.outcome IS NULL AND cardinality(m.id_kinds) > 1
ON CONFLICT (kind, lookup) DO NOTHING

--- The key of a record: subject, document number, date of decision (item and department are the batch's).
UPDATE merging SET key = md5(concat_ws('|', subject_id, decided_on, document_no))::uuid WHERE outcome IS NULL

--- The same decision twice in this file: an equal row is nothing new, a different one contradicts the first.
UPDATE merging AS m
SET outcome = CASE WHEN m.content_digest = k.content_digest THEN 'unchanged' ELSE 'duplicate_in_file' END, detail = k.row_no::text
FROM records_batchkey AS k WHERE k.batch_id = %(batch)s AND k.key = m.key AND m.outcome IS NULL

--- … and within this slice.
UPDATE merging AS m
SET outcome = CASE WHEN m.content_digest = f.content_digest THEN 'unchanged' ELSE 'duplicate_in_file' END, detail = f.row_no::text
FROM (SELECT DISTINCT ON (key) key, row_no, content_digest FROM merging WHERE outcome IS NULL ORDER BY key, row_no) AS f
WHERE f.key = m.key AND m.row_no > f.row_no AND m.outcome IS NULL

--- Remember what this file has named.
INSERT INTO records_batchkey (batch_id, key, row_no, content_digest)
SELECT %(batch)s, key, row_no, content_digest FROM merging WHERE outcome IS NULL

--- What is held already.
UPDATE merging AS m
SET record_id = r.id,
    detail = r.ended_on::text,
    outcome = CASE WHEN r.state = 'withdrawn' THEN 'withdrawn_before'
                   WHEN r.content_digest = m.content_digest THEN 'unchanged' END
FROM records_record AS r
WHERE m.outcome IS NULL AND r.subject_id = m.subject_id AND r.document_no = m.document_no AND r.decided_on = m.decided_on
  AND r.department_id = %(department)s AND r.item_code = %(code)s

--- Changed: the former content stays as a version (trigger), the revision moves on, so it is pending for the nation again.
UPDATE records_record AS r
SET item_id = %(item)s, subject_name = m.subject_name, title = m.title, authority = m.authority, "values" = m.values,
    secrets = m.secrets, content_digest = m.content_digest, severity = m.severity,
    displayed_until = m.displayed_until, display_rule_key = m.display_rule_key,
    displayed_from = coalesce(r.displayed_from, CASE WHEN m.displayed_until >= platform_today() THEN platform_today() END),
    state = CASE WHEN m.displayed_until < platform_today() THEN 'expired' WHEN r.state = 'expired' THEN 'current' ELSE r.state END,
    ended_on = CASE WHEN m.displayed_until < platform_today() THEN m.displayed_until END,
    batch_id = m.batch_id, row_no = m.row_no, revision = r.revision + 1, updated_at = now()
FROM merging AS m WHERE m.record_id = r.id AND m.outcome IS NULL

--- New. What is not displayed has nothing to tell the nation.
INSERT INTO records_record (public_id, item_id, item_code, subject_id, department_id, subject_name, document_no, decided_on,
    title, authority, "values", secrets, content_digest, severity, displayed_from, displayed_until, display_rule_key,
    state, ended_on, batch_id, row_no, national_revision)
SELECT gen_random_uuid(), %(item)s, %(code)s, m.subject_id, %(department)s, m.subject_name, m.document_no, m.decided_on,
    m.title, m.authority, m.values, m.secrets, m.content_digest, m.severity,
    CASE WHEN m.displayed_until >= platform_today() THEN platform_today() END, m.displayed_until, m.display_rule_key,
    CASE WHEN m.displayed_until < platform_today() THEN 'expired' ELSE 'current' END,
    CASE WHEN m.displayed_until < platform_today() THEN m.displayed_until END,
    m.batch_id, m.row_no, CASE WHEN m.displayed_until >= platform_today() THEN 0 ELSE 1 END
FROM merging AS m WHERE m.record_id IS NULL AND m.outcome IS NULL
ORDER BY m.row_no

--- Subjects made for rows that were then sent back.
WITH gone AS (
    SELECT DISTINCT subject_id AS id FROM merging AS m
    WHERE m.outcome IS NOT NULL AND NOT EXISTS (SELECT FROM records_record AS r WHERE r.subject_id = m.subject_id)
), codes AS (
    DELETE FROM records_identifier USING gone WHERE subject_id = gone.id
)
DELETE FROM records_subject USING gone WHERE records_subject.id = gone.id

--- What became of each row.
UPDATE merging SET outcome = 'accepted' WHERE outcome IS NULL
