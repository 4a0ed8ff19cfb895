-- Former states stay insert-only, but for one function that belongs to the owner of the table. Both locks must open: the
-- setting, which anybody could set, and the right to update the table, which the application's roles do not have.
CREATE FUNCTION records_refuse_change_of_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('records.erasing', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

DROP TRIGGER records_recordversion_append_only ON records_recordversion;
CREATE TRIGGER records_recordversion_append_only BEFORE UPDATE OR DELETE ON records_recordversion
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change_of_version();
ALTER TABLE records_recordversion ENABLE ALWAYS TRIGGER records_recordversion_append_only;

-- Erasure that a law demands: it needs the row of a decision that a second person has signed, and does nothing else.
CREATE FUNCTION records_erase(decision bigint, OUT digest text, OUT emptied integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    signed records_erasure;
BEGIN
    SELECT * INTO signed FROM records_erasure
    WHERE id = decision AND state = 'requested' AND decided_by_id IS NOT NULL AND decided_by_id <> requested_by_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no decision signed by a second person' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT encode(sha256(convert_to(to_jsonb(r)::text, 'UTF8')), 'hex') INTO digest
    FROM records_record AS r WHERE id = signed.record_id;
    -- The persons it names lose their records with it: first they follow it, then they are emptied too.
    UPDATE records_record
    SET "values" = '{}', secrets = '{}', responsible = '[]', subject_name = '', title = '', content_digest = '',
        state = 'erased', ended_on = coalesce(ended_on, platform_today()), end_reason = '', revision = revision + 1,
        explained_revision = revision + 1, change_kind = 'erased', changed_by_id = signed.decided_by_id,
        change_reason = '', updated_at = clock_timestamp()
    WHERE id = signed.record_id;
    UPDATE records_record
    SET "values" = '{}', secrets = '{}', subject_name = '', title = '', content_digest = '',
        state = 'erased', ended_on = coalesce(ended_on, platform_today()), end_reason = '', revision = revision + 1,
        explained_revision = revision + 1, change_kind = 'erased', changed_by_id = signed.decided_by_id,
        change_reason = '', updated_at = clock_timestamp()
    WHERE derived_from_id = signed.record_id;
    PERFORM set_config('records.erasing', 'on', true);
    UPDATE records_recordversion
    SET former = (
        SELECT jsonb_object_agg(key, value) FROM jsonb_each(former)
        WHERE key IN ('id', 'state', 'revision', 'change_kind', 'changed_by_id', 'batch_id', 'row_no', 'updated_at')
    )
    WHERE record_id IN (SELECT id FROM records_record WHERE id = signed.record_id OR derived_from_id = signed.record_id);
    GET DIAGNOSTICS emptied = ROW_COUNT;
    PERFORM set_config('records.erasing', '', true);
    UPDATE records_changerequest SET "values" = '{}', secrets = '{}' WHERE record_id = signed.record_id;
END $$;

REVOKE ALL ON FUNCTION records_erase(bigint) FROM PUBLIC;
