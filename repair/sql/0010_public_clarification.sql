-- What the world reads of an error that was confirmed, where its subject has asked for that (33号（二十二）: 恢复信誉、消除影响), until its
-- term is over. A person's name is masked, and no document leads from a person's clarification to the record.
CREATE VIEW public_clarification AS
SELECT k.public_id, c.number, s.kind AS subject_kind,
       CASE WHEN s.kind = 'person' THEN NULL ELSE s.id END AS subject_id,
       CASE WHEN s.kind = 'person' THEN NULL ELSE coalesce(s.uscc, s.public_id::text) END AS subject_code,
       CASE WHEN s.kind = 'person' THEN mask_name(s.legal_name) ELSE s.legal_name END AS subject_name,
       CASE WHEN s.kind = 'person' THEN '' ELSE coalesce(r.document_no, l.document_no, '') END AS document_no,
       i.name AS item_name, d.name AS department_name, c.remedy, c.decided_on, k.text, k.shown_from, k.shown_until
FROM repair_clarification AS k
JOIN repair_case AS c ON c.id = k.case_id
JOIN records_subject AS s ON s.id = c.subject_id
JOIN accounts_department AS d ON d.id = c.department_id
LEFT JOIN records_record AS r ON r.id = c.record_id
LEFT JOIN sanctions_listing AS l ON l.id = c.listing_id
LEFT JOIN catalogue_informationitem AS i ON i.id = r.item_id
WHERE k.withdrawn_on IS NULL AND k.shown_from <= platform_today() AND k.shown_until >= platform_today();
