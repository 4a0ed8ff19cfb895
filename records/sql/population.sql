-- Taking in a population library that was copied to `population`, set-based, under the lock of the merge: two at once could
-- make the same person twice. Who is known stays as they are; only a place that was not known is filled in.
CREATE UNIQUE INDEX ON population (kind, lookup)

ANALYZE population (kind, lookup)

WITH fresh AS (
    SELECT nextval(pg_get_serial_sequence('records_subject', 'id')) AS id, p.*
    FROM population AS p LEFT JOIN records_identifier AS i USING (kind, lookup) WHERE i.id IS NULL
), made AS (
    INSERT INTO records_subject (id, public_id, kind, legal_name, name_key, region_code, adult_on)
    SELECT id, gen_random_uuid(), 'person', legal_name, name_key, %(region)s, adult_on FROM fresh
)
INSERT INTO records_identifier (subject_id, kind, lookup, cipher) SELECT id, kind, lookup, cipher FROM fresh

UPDATE records_subject AS s SET region_code = %(region)s
FROM population AS p JOIN records_identifier AS i USING (kind, lookup)
WHERE s.id = i.subject_id AND s.region_code = '' AND s.name_key = p.name_key
