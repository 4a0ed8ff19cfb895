-- A subject found to be another one is not shown: its records and codes stand at the other. New columns stand at the end,
-- so that the view can be replaced without taking its grants away.
CREATE OR REPLACE VIEW public_subject AS
SELECT s.id, s.public_id, coalesce(s.uscc, s.public_id::text) AS code, s.uscc, s.kind, s.legal_name, s.name_key, s.bigrams,
       s.region_code, g.name AS region_name, s.standing, s.standing_since
FROM records_subject AS s
LEFT JOIN accounts_region AS g ON g.code = s.region_code
WHERE s.kind <> 'person' AND s.merged_into_id IS NULL;

-- Names an organisation was known by. Found by search, never shown as the present name.
CREATE VIEW public_former_name AS
SELECT f.id, f.subject_id, f.name, f.name_key, f.bigrams, f.until_on, f.source
FROM records_formername AS f JOIN records_subject AS s ON s.id = f.subject_id
WHERE s.kind <> 'person' AND s.merged_into_id IS NULL;

-- Addresses a subject page had before: the neutral id of one that has a code now or was merged, and codes given up.
CREATE VIEW public_former_address AS
SELECT s.public_id, NULL::varchar AS uscc, coalesce(s.merged_into_id, s.id) AS subject_id
FROM records_subject AS s
WHERE s.kind <> 'person' AND (s.merged_into_id IS NOT NULL OR s.uscc IS NOT NULL)
UNION ALL
SELECT NULL::uuid, i.lookup, i.subject_id
FROM records_identifier AS i JOIN records_subject AS s ON s.id = i.subject_id
WHERE i.kind = 'uscc' AND s.uscc IS DISTINCT FROM i.lookup AND s.kind <> 'person';
