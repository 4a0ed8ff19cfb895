-- The view public_record as it is now; what it promises stands in 0008_public.sql. New: restored_on, the day a false repair was
-- taken back and the record shown again, which everybody sees; a person responsible takes it from the source.
CREATE OR REPLACE VIEW public_record AS
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
       ) AS values,
       CASE WHEN r.derived_from_id IS NULL THEN r.restored_on
            ELSE (SELECT o.restored_on FROM records_record AS o WHERE o.id = r.derived_from_id) END AS restored_on
FROM records_record AS r
JOIN records_subject AS s ON s.id = r.subject_id
JOIN catalogue_informationitem AS i ON i.id = r.item_id
LEFT JOIN catalogue_informationitem AS n ON n.code = r.item_code
    AND n.in_force_from <= platform_today() AND coalesce(n.in_force_until, 'infinity') >= platform_today()
JOIN accounts_department AS d ON d.id = r.department_id
WHERE r.state IN ('current', 'disputed')
  AND r.displayed_from <= platform_today() AND r.displayed_until >= platform_today()
  AND (s.kind <> 'person' OR (i.person_display = 'masked' AND coalesce(n.person_display, 'masked') = 'masked' AND s.adult_on <= platform_today()));
