-- What anybody may know of a receipt whose number they hold: who issued it, when, for which matter. Of the digest only the eight
-- characters printed on the paper; the verdict is shown to whoever has those too. About whom it is, is nowhere in it.
CREATE VIEW public_receipt AS
SELECT c.receipt_no, 'check'::text AS kind, d.name AS department_name, m.name AS matter_name, c.as_of AS issued_at,
       left(c.answer_digest, 8) AS digest_start, c.verdict::text AS verdict
FROM sanctions_check AS c
JOIN accounts_department AS d ON d.id = c.department_id
JOIN sanctions_matter AS m ON m.id = c.matter_id
UNION ALL
SELECT e.receipt_no, 'certificate', d.name, '无不良信用记录证明', e.as_of, left(e.answer_digest, 8), ''
FROM sanctions_eligibilitycertificate AS e JOIN accounts_department AS d ON d.id = e.department_id
UNION ALL
SELECT o.number, 'opinion', d.name, m.name, o.as_of, left(o.answer_digest, 8), ''
FROM sanctions_reviewopinion AS o
JOIN accounts_department AS d ON d.id = o.department_id
JOIN sanctions_matter AS m ON m.id = o.matter_id;

-- Neither certificates nor opinions change once they are printed.
CREATE TRIGGER sanctions_certificate_append_only BEFORE UPDATE OR DELETE ON sanctions_eligibilitycertificate
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
CREATE TRIGGER sanctions_opinion_append_only BEFORE UPDATE OR DELETE ON sanctions_reviewopinion
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
ALTER TABLE sanctions_eligibilitycertificate ENABLE ALWAYS TRIGGER sanctions_certificate_append_only;
ALTER TABLE sanctions_reviewopinion ENABLE ALWAYS TRIGGER sanctions_opinion_append_only;
