-- A listing is about whom its record is about. When subjects are merged, or parted again, the records move, and the listing and
-- what has to be done about it move in the same statement: nobody gets off a list by being found to be somebody else.
CREATE FUNCTION sanctions_follow_subject() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sanctions_listing SET subject_id = NEW.subject_id WHERE record_id = NEW.id AND subject_id = OLD.subject_id;
    UPDATE sanctions_measuretask AS t SET subject_id = NEW.subject_id
    FROM sanctions_jointaction AS a JOIN sanctions_listing AS l ON l.id = a.listing_id
    WHERE t.action_id = a.id AND l.record_id = NEW.id AND t.subject_id = OLD.subject_id AND NOT EXISTS (
        SELECT FROM sanctions_measuretask AS o
        WHERE (o.action_id, o.measure_id, o.department_id, o.purpose) = (t.action_id, t.measure_id, t.department_id, t.purpose)
          AND o.subject_id = NEW.subject_id
    );
    RETURN NULL;
END $$;
CREATE TRIGGER listing_follows_record AFTER UPDATE OF subject_id ON records_record FOR EACH ROW
    WHEN (OLD.subject_id IS DISTINCT FROM NEW.subject_id) EXECUTE FUNCTION sanctions_follow_subject();
