-- A case is about whom its record is about: when subjects are merged, or parted again, it goes with the record.
CREATE FUNCTION repair_follow_subject() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE repair_case SET subject_id = NEW.subject_id WHERE record_id = NEW.id AND subject_id = OLD.subject_id;
    RETURN NULL;
END $$;
CREATE TRIGGER case_follows_record AFTER UPDATE OF subject_id ON records_record FOR EACH ROW
    WHEN (OLD.subject_id IS DISTINCT FROM NEW.subject_id) EXECUTE FUNCTION repair_follow_subject();
