-- What a subject says about a record of its own (自主解释), beside the record for as long as that is public. A person's name is masked
-- as in the record itself.
CREATE VIEW public_own_statement AS
SELECT o.public_id, p.public_id AS record_public_id,
       CASE WHEN p.subject_kind = 'person' THEN replace(o.text, s.legal_name, mask_name(s.legal_name)) ELSE o.text END AS text,
       o.shown_from
FROM repair_ownstatement AS o
JOIN public_record AS p ON p.id = o.record_id
JOIN records_subject AS s ON s.id = p.subject_id
WHERE o.withdrawn_on IS NULL AND o.shown_from <= platform_today();
