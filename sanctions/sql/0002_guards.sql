-- What a listing means today: the one definition of "listed". The check, the tasks, red and black ask this view and no state.
-- A listing stops counting the moment its term ends or the record it rests on does, whether or not a worker is alive. While the
-- record is being verified it rests (国发〔2016〕33号（二十二）: 核实期间暂不执行): a question of the record's own state, so that no
-- verb can forget it.
-- Not materialized: named twice, it would else be worked out for every listing there is whenever one subject is asked about.
CREATE VIEW listing_in_force AS
WITH entered AS NOT MATERIALIZED (
    SELECT l.id, l.subject_id, l.list_code, l.tone, l.department_id, l.entered_on, l.ends_on, l.record_id,
           (l.suspended_at IS NOT NULL OR coalesce(r.state IN ('disputed', 'suspended'), false)) AS is_suspended,
           l.under_review_since IS NOT NULL AS is_under_review
    FROM sanctions_listing AS l LEFT JOIN records_record AS r ON r.id = l.record_id
    WHERE l.state = 'entered' AND l.entered_on <= platform_today() AND coalesce(l.ends_on, 'infinity') >= platform_today()
      AND (r.id IS NULL OR (r.state IN ('current', 'disputed', 'suspended')
                            AND coalesce(r.displayed_until, 'infinity') >= platform_today()))
)
SELECT id AS listing_id, subject_id, false AS as_responsible, list_code, tone, department_id, entered_on, ends_on, is_suspended,
       is_under_review
FROM entered
UNION ALL
-- Persons responsible whom the record names (33号（十四）), as long as their own record stands.
SELECT e.id, d.subject_id, true, e.list_code, e.tone, e.department_id, e.entered_on, e.ends_on,
       e.is_suspended OR d.state IN ('disputed', 'suspended'), e.is_under_review
FROM entered AS e JOIN records_record AS d ON d.derived_from_id = e.record_id
WHERE d.state IN ('current', 'disputed', 'suspended');

-- An approved memorandum never changes: it can only be ended. Its measures and signatories neither.
CREATE FUNCTION sanctions_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an approved memorandum does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'approved_memorandum_is_locked';
END $$;

CREATE TRIGGER memorandum_locked BEFORE UPDATE ON sanctions_memorandum FOR EACH ROW
    WHEN (OLD.state IN ('approved', 'repealed')
          AND (to_jsonb(NEW) - ARRAY['state', 'in_force_until'] <> to_jsonb(OLD) - ARRAY['state', 'in_force_until']
               OR NEW.state NOT IN ('approved', 'repealed')))
    EXECUTE FUNCTION sanctions_refuse_change();
CREATE TRIGGER memorandum_kept BEFORE DELETE ON sanctions_memorandum FOR EACH ROW
    WHEN (OLD.state IN ('approved', 'repealed')) EXECUTE FUNCTION sanctions_refuse_change();

CREATE FUNCTION sanctions_refuse_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM sanctions_memorandum AS m WHERE m.state IN ('approved', 'repealed')
               AND m.id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.memorandum_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.memorandum_id END)) THEN
        RAISE EXCEPTION 'an approved memorandum does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'approved_memorandum_is_locked';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER measure_locked BEFORE INSERT OR UPDATE OR DELETE ON sanctions_measure FOR EACH ROW EXECUTE FUNCTION sanctions_refuse_part();
CREATE TRIGGER signatory_locked BEFORE INSERT OR UPDATE OR DELETE ON sanctions_signatory FOR EACH ROW EXECUTE FUNCTION sanctions_refuse_part();

-- Nobody who was not of age when it was decided is put on a list that takes something away, and whether must be known.
CREATE FUNCTION sanctions_refuse_minors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'entered' AND NEW.tone IN ('black', 'watch') AND NEW.subject_kind = 'person' AND EXISTS (
        SELECT FROM records_subject AS s WHERE s.id = NEW.subject_id AND coalesce(s.adult_on, 'infinity') > NEW.decided_on
    ) THEN
        RAISE EXCEPTION 'a person not known to have been of age is not listed' USING ERRCODE = 'check_violation', CONSTRAINT = 'minors_are_never_listed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER listing_minors BEFORE INSERT OR UPDATE ON sanctions_listing FOR EACH ROW EXECUTE FUNCTION sanctions_refuse_minors();

-- Neither listings nor answers of checks disappear; an answer never changes.
CREATE TRIGGER sanctions_listing_kept BEFORE DELETE ON sanctions_listing FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
CREATE TRIGGER sanctions_check_append_only BEFORE UPDATE OR DELETE ON sanctions_check FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
ALTER TABLE sanctions_listing ENABLE ALWAYS TRIGGER sanctions_listing_kept;
ALTER TABLE sanctions_listing ENABLE ALWAYS TRIGGER listing_minors;
ALTER TABLE sanctions_check ENABLE ALWAYS TRIGGER sanctions_check_append_only;
ALTER TABLE sanctions_memorandum ENABLE ALWAYS TRIGGER memorandum_locked;
ALTER TABLE sanctions_measure ENABLE ALWAYS TRIGGER measure_locked;
