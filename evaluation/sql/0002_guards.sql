-- An adopted method and an issued edition never change; a draft can be counted anew.
CREATE FUNCTION evaluation_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was adopted or issued does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_is_locked';
END $$;
CREATE TRIGGER evaluation_method_locked BEFORE UPDATE ON evaluation_evaluationmethod FOR EACH ROW
    WHEN (OLD.state <> 'drawn_up'
          AND (to_jsonb(NEW) - ARRAY['state', 'in_force_until'] <> to_jsonb(OLD) - ARRAY['state', 'in_force_until']
               OR NEW.state = 'drawn_up'))
    EXECUTE FUNCTION evaluation_refuse_change();
CREATE TRIGGER evaluation_edition_locked BEFORE UPDATE OR DELETE ON evaluation_evaluationedition FOR EACH ROW
    WHEN (OLD.state = 'issued') EXECUTE FUNCTION evaluation_refuse_change();

CREATE FUNCTION evaluation_refuse_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM evaluation_evaluationedition AS e WHERE e.state = 'issued'
               AND e.id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.edition_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.edition_id END)) THEN
        RAISE EXCEPTION 'what was adopted or issued does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_is_locked';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER evaluation_place_locked BEFORE INSERT OR UPDATE OR DELETE ON evaluation_placeevaluation
    FOR EACH ROW EXECUTE FUNCTION evaluation_refuse_place();
ALTER TABLE evaluation_evaluationmethod ENABLE ALWAYS TRIGGER evaluation_method_locked;
ALTER TABLE evaluation_evaluationedition ENABLE ALWAYS TRIGGER evaluation_edition_locked;
ALTER TABLE evaluation_placeevaluation ENABLE ALWAYS TRIGGER evaluation_place_locked;

-- What the world reads: editions issued to be published, the numbers of each place, no department.
CREATE VIEW public_evaluation AS
SELECT p.id, e.public_id AS edition_id, e.since, e.until, e.issued_on, m.name AS method_name, m.edition AS method_edition,
       m.text AS method_text, r.code AS region_code, r.name AS region_name, p.is_county, p.score,
       (SELECT jsonb_agg(line - 'departments' ORDER BY place) FROM jsonb_array_elements(p.lines) WITH ORDINALITY AS l(line, place)) AS lines
FROM evaluation_placeevaluation AS p
JOIN evaluation_evaluationedition AS e ON e.id = p.edition_id
JOIN evaluation_evaluationmethod AS m ON m.id = e.method_id
JOIN accounts_region AS r ON r.code = p.region_id
WHERE e.state = 'issued' AND e.is_public;
