-- Finance products anybody may ask for, and events with whom they recommend.
CREATE VIEW public_finance_product AS
SELECT p.id, p.public_id, p.kind, p.name, p.bank_name, p.objects_text, p.conditions, p.amount, p.term, p.cost, p.contact, p.source,
       p.published_on, p.offered_until, d.name AS department_name, b.document_no AS basis_document_no, b.article AS basis_article
FROM sanctions_financeproduct AS p
JOIN accounts_department AS d ON d.id = p.department_id
JOIN catalogue_legalbasis AS b ON b.id = p.legal_basis_id
WHERE p.state = 'published' AND coalesce(p.offered_until, 'infinity') >= platform_today();

CREATE VIEW public_promotion_event AS
SELECT e.id, e.public_id, e.kind, e.name, e.place, e.begins_on, e.ends_on, e.about, e.published_on, d.name AS department_name
FROM sanctions_promotionevent AS e JOIN accounts_department AS d ON d.id = e.department_id
WHERE e.state = 'published';

-- The list stays as it was frozen, and who no longer deserves it is not shown: off the red list, being verified, gone, or with something
-- adverse in the three years up to today.
CREATE VIEW public_recommendation AS
SELECT r.id, r.event_id, coalesce(s.uscc, s.public_id::text) AS code, s.legal_name AS name, coalesce(g.name, '') AS region_name, r.reason
FROM sanctions_recommendation AS r
JOIN sanctions_promotionevent AS e ON e.id = r.event_id AND e.state = 'published'
JOIN listing_in_force AS f ON f.listing_id = r.listing_id AND NOT f.as_responsible AND NOT f.is_suspended
JOIN records_subject AS s ON s.id = f.subject_id AND s.standing = 'active'
LEFT JOIN accounts_region AS g ON g.code = s.region_code
WHERE NOT EXISTS (
    SELECT FROM records_record AS a JOIN catalogue_informationitem AS i ON i.id = a.item_id
    WHERE a.subject_id = s.id AND i.is_adverse AND a.state IN ('current', 'disputed', 'suspended', 'expired')
      AND a.decided_on > platform_today() - interval '3 years' AND a.decided_on <= platform_today());

-- What is published does not change: it can only be taken off.
CREATE FUNCTION sanctions_refuse_published_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is published does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'published_is_locked';
END $$;
CREATE TRIGGER product_locked BEFORE UPDATE ON sanctions_financeproduct FOR EACH ROW
    WHEN (OLD.state <> 'composed'
          AND (to_jsonb(NEW) - ARRAY['state', 'closed_on', 'close_reason'] <> to_jsonb(OLD) - ARRAY['state', 'closed_on', 'close_reason']
               OR NEW.state <> 'closed'))
    EXECUTE FUNCTION sanctions_refuse_published_change();
CREATE TRIGGER event_locked BEFORE UPDATE ON sanctions_promotionevent FOR EACH ROW
    WHEN (OLD.state <> 'composed'
          AND (to_jsonb(NEW) - ARRAY['state', 'closed_on', 'close_reason'] <> to_jsonb(OLD) - ARRAY['state', 'closed_on', 'close_reason']
               OR NEW.state <> 'closed'))
    EXECUTE FUNCTION sanctions_refuse_published_change();
ALTER TABLE sanctions_financeproduct ENABLE ALWAYS TRIGGER product_locked;
ALTER TABLE sanctions_promotionevent ENABLE ALWAYS TRIGGER event_locked;

-- What was handed to a bank and whom an event recommended does not change either. Persons are never recommended.
CREATE TRIGGER sanctions_handover_append_only BEFORE UPDATE OR DELETE ON sanctions_financehandover
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
CREATE TRIGGER sanctions_recommendation_append_only BEFORE UPDATE OR DELETE ON sanctions_recommendation
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
ALTER TABLE sanctions_financehandover ENABLE ALWAYS TRIGGER sanctions_handover_append_only;
ALTER TABLE sanctions_recommendation ENABLE ALWAYS TRIGGER sanctions_recommendation_append_only;
CREATE TRIGGER recommended_organisations AFTER INSERT ON sanctions_recommendation REFERENCING NEW TABLE AS classed
    FOR EACH STATEMENT EXECUTE FUNCTION sanctions_refuse_persons();
