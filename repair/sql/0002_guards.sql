-- The last digits of a case's number (受理号: kind, date, serial).
CREATE SEQUENCE repair_case_serial MINVALUE 1 MAXVALUE 99999 CYCLE;

-- Who proposed or decided a listing, or reported the record, does not judge a case about it.
CREATE FUNCTION repair_refuse_own_judge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM sanctions_listing AS l WHERE l.id = NEW.listing_id AND NEW.decided_by_id IN (l.proposed_by_id, l.decided_by_id))
       OR EXISTS (SELECT FROM records_record AS r JOIN records_batch AS b ON b.id = r.batch_id
                  WHERE r.id = NEW.record_id AND NEW.decided_by_id = b.sent_by_id) THEN
        RAISE EXCEPTION 'who made it does not judge it' USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_judges_their_own';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_judge BEFORE INSERT OR UPDATE OF decided_by_id ON repair_case FOR EACH ROW
    WHEN (NEW.decided_by_id IS NOT NULL) EXECUTE FUNCTION repair_refuse_own_judge();

-- A decided case stays decided: it may only be revoked. A closed one is never open again.
CREATE FUNCTION repair_refuse_reopening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a closed case stays closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_case_stays_closed';
END $$;
CREATE TRIGGER case_closed BEFORE UPDATE ON repair_case FOR EACH ROW
    WHEN (OLD.state IN ('granted', 'refused', 'rejected', 'recalled', 'lapsed', 'revoked') AND NEW.state <> OLD.state
          AND NOT (OLD.state = 'granted' AND NEW.state = 'revoked'))
    EXECUTE FUNCTION repair_refuse_reopening();

-- Cases and steps do not disappear, and a step never changes.
CREATE TRIGGER repair_case_kept BEFORE DELETE ON repair_case FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
CREATE TRIGGER repair_step_append_only BEFORE UPDATE OR DELETE ON repair_step FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
ALTER TABLE repair_case ENABLE ALWAYS TRIGGER case_judge;
ALTER TABLE repair_case ENABLE ALWAYS TRIGGER case_closed;
ALTER TABLE repair_case ENABLE ALWAYS TRIGGER repair_case_kept;
ALTER TABLE repair_step ENABLE ALWAYS TRIGGER repair_step_append_only;
