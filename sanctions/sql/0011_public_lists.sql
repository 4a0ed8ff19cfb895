-- The lists anybody may know of: by which standard, on which basis, kept by whom, for how long, and how one gets off.
-- is_alone: no other list in force is published under the same item, so its records need no name to be told apart.
CREATE VIEW public_list_kind AS
SELECT k.id, k.code, k.name, k.tone, k.item_code, i.name AS item_name, k.standard, k.exit_conditions, k.term_months,
       k.term_stated, k.subject_kinds, k.in_force_from,
       b.title AS basis_title, b.document_no AS basis_document_no, b.article AS basis_article,
       ARRAY(SELECT l.name FROM catalogue_sourceline AS l WHERE l.code = ANY(k.lines) ORDER BY l.name) AS authorities,
       ARRAY(SELECT DISTINCT c.category FROM sanctions_conductclass AS c WHERE c.code = ANY(k.conduct_codes) ORDER BY c.category) AS conduct,
       count(*) OVER (PARTITION BY k.item_code) = 1 AS is_alone
FROM sanctions_listkind AS k
JOIN catalogue_legalbasis AS b ON b.id = k.legal_basis_id
LEFT JOIN catalogue_informationitem AS i ON i.code = k.item_code
    AND i.in_force_from <= platform_today() AND coalesce(i.in_force_until, 'infinity') >= platform_today()
WHERE k.is_public AND k.in_force_from <= platform_today() AND coalesce(k.in_force_until, 'infinity') >= platform_today();
