-- The last six digits of a commitment's number (承诺编码: region, date, six digits).
CREATE SEQUENCE sanctions_commitment_serial MINVALUE 1 MAXVALUE 999999 CYCLE;

-- The method of classed supervision a public page shows: adopted and in force, nothing of whom it classes.
CREATE VIEW public_supervision_method AS
SELECT m.id, m.public_id, m.name, m.edition, k.name AS field_name, d.name AS department_name, m.base, m.inputs, m.thresholds, m.rates,
       m.valid_months, m.text, m.in_force_from
FROM sanctions_supervisionmethod AS m
JOIN catalogue_keyfield AS k ON k.id = m.field_id
JOIN accounts_department AS d ON d.id = m.department_id
WHERE m.state <> 'drawn_up' AND m.in_force_from <= platform_today() AND coalesce(m.in_force_until, 'infinity') >= platform_today();

-- Adopted, a method never changes: it can only be replaced.
CREATE FUNCTION sanctions_refuse_method_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an adopted method does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'adopted_method_is_locked';
END $$;
CREATE TRIGGER method_locked BEFORE UPDATE ON sanctions_supervisionmethod FOR EACH ROW
    WHEN (OLD.state <> 'drawn_up'
          AND (to_jsonb(NEW) - ARRAY['state', 'in_force_until'] <> to_jsonb(OLD) - ARRAY['state', 'in_force_until']
               OR NEW.state = 'drawn_up'))
    EXECUTE FUNCTION sanctions_refuse_method_change();
ALTER TABLE sanctions_supervisionmethod ENABLE ALWAYS TRIGGER method_locked;

-- Classed supervision is of organisations, never of persons; points are of persons who are of age.
CREATE FUNCTION sanctions_refuse_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM classed AS c JOIN records_subject AS s ON s.id = c.subject_id WHERE s.kind = 'person') THEN
        RAISE EXCEPTION 'persons are not classed' USING ERRCODE = 'check_violation', CONSTRAINT = 'persons_are_never_classed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER class_of_organisations AFTER INSERT ON sanctions_supervisionclass REFERENCING NEW TABLE AS classed
    FOR EACH STATEMENT EXECUTE FUNCTION sanctions_refuse_persons();
CREATE TRIGGER class_of_organisations_still AFTER UPDATE ON sanctions_supervisionclass REFERENCING NEW TABLE AS classed
    FOR EACH STATEMENT EXECUTE FUNCTION sanctions_refuse_persons();

CREATE FUNCTION sanctions_refuse_organisations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM records_subject AS s WHERE s.id = NEW.subject_id AND s.kind = 'person' AND s.adult_on <= NEW.opted_in_on
    ) THEN
        RAISE EXCEPTION 'points are of adult persons' USING ERRCODE = 'check_violation', CONSTRAINT = 'points_are_of_adults';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER points_of_persons BEFORE INSERT OR UPDATE ON sanctions_pointsaccount FOR EACH ROW
    EXECUTE FUNCTION sanctions_refuse_organisations();

-- What was signed, and what was classed, does not disappear.
CREATE TRIGGER sanctions_commitment_kept BEFORE DELETE ON sanctions_commitment FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
ALTER TABLE sanctions_commitment ENABLE ALWAYS TRIGGER sanctions_commitment_kept;
