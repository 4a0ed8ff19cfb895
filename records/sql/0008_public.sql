-- The one definition of "public". Everything the world sees (portal, public API, open data, reports) and everything the
-- national platform is told reads these views. They stop showing a record the moment its term ends, whether or not a
-- worker is alive. They are plain views whose columns hold no secret: a security barrier would keep PostgreSQL from
-- using the name indexes (measured: 0.3 ms becomes 65 ms).
-- A record stays under the edition of the catalogue it was entered under (i). The edition in force (n) can only take away: a
-- field or a kind of subject it does not open is open no more, from its first day.

DROP VIEW public_listing;
DROP VIEW public_record;
DROP VIEW public_subject;

-- A subject found to be another one is not shown: its records and codes stand at the other.
CREATE VIEW public_subject AS
SELECT s.id, s.public_id, coalesce(s.uscc, s.public_id::text) AS code, s.uscc, s.kind, s.legal_name, s.name_key, s.bigrams,
       s.region_code, g.name AS region_name, s.standing, s.standing_since
FROM records_subject AS s
LEFT JOIN accounts_region AS g ON g.code = s.region_code
WHERE s.kind <> 'person' AND s.merged_into_id IS NULL;

CREATE VIEW public_record AS
SELECT r.id, r.public_id, r.item_code, i.name AS item_name, i.category, i.id AS item_id, i.is_adverse,
       r.subject_id, s.kind AS subject_kind,
       CASE WHEN s.kind = 'person' THEN NULL ELSE coalesce(s.uscc, s.public_id::text) END AS subject_code,
       CASE WHEN s.kind = 'person' THEN mask_name(s.legal_name) ELSE r.subject_name END AS subject_name,
       r.document_no, r.decided_on,
       CASE WHEN s.kind = 'person' THEN replace(r.title, s.legal_name, mask_name(s.legal_name)) ELSE r.title END AS title,
       r.authority, r.severity, r.state, r.displayed_from, r.displayed_until, r.display_rule_key,
       d.name AS department_name, r.updated_at,
       (
           SELECT coalesce(
               jsonb_object_agg(
                   f.code,
                   CASE WHEN s.kind = 'person'
                        THEN replace(r.values ->> f.code, s.legal_name, mask_name(s.legal_name)) ELSE r.values ->> f.code
                   END
               ), '{}'::jsonb)
           FROM catalogue_itemfield AS f
           WHERE f.item_id = r.item_id AND f.scope = 'public' AND r.values ? f.code
             AND f.role NOT IN ('subject_name', 'subject_kind', 'uscc')
             AND (n.id IS NULL OR n.id = f.item_id OR EXISTS (
                 SELECT FROM catalogue_itemfield AS g WHERE g.item_id = n.id AND g.code = f.code AND g.scope = 'public'))
       ) AS values
FROM records_record AS r
JOIN records_subject AS s ON s.id = r.subject_id
JOIN catalogue_informationitem AS i ON i.id = r.item_id
LEFT JOIN catalogue_informationitem AS n ON n.code = r.item_code
    AND n.in_force_from <= platform_today() AND coalesce(n.in_force_until, 'infinity') >= platform_today()
JOIN accounts_department AS d ON d.id = r.department_id
WHERE r.state IN ('current', 'disputed')
  AND r.displayed_from <= platform_today() AND r.displayed_until >= platform_today()
  AND (s.kind <> 'person' OR (i.person_display = 'masked' AND coalesce(n.person_display, 'masked') = 'masked' AND s.adult_on <= platform_today()));

CREATE VIEW public_listing AS
SELECT id, public_id, item_code, item_name, category, subject_id, subject_kind, subject_code, subject_name,
       title AS list_name, document_no, decided_on AS listed_on, authority, displayed_until, state
FROM public_record
WHERE category IN ('honour', 'dishonest', 'abnormal');
