-- No record without an item in force (国办发〔2016〕98号四（二）: 未经法律法规授权不得采集). Checked once a statement, so bulk stays fast.
CREATE FUNCTION records_require_item_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT item_id, item_code FROM entered) AS e
        LEFT JOIN catalogue_informationitem AS i ON i.id = e.item_id AND i.code = e.item_code
            AND i.in_force_from <= platform_today() AND coalesce(i.in_force_until, 'infinity') >= platform_today()
        WHERE i.id IS NULL
    ) THEN
        RAISE EXCEPTION 'a record needs an information item in force' USING ERRCODE = 'check_violation', CONSTRAINT = 'record_item_in_force';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER record_item_in_force AFTER INSERT ON records_record
    REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION records_require_item_in_force();

-- Nothing is overwritten: whenever the revision moves on, the former row is kept.
CREATE FUNCTION records_keep_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO records_recordversion (record_id, revision, former, replaced_at)
    SELECT o.id, o.revision, to_jsonb(o), clock_timestamp()
    FROM former AS o JOIN latter AS n USING (id) WHERE o.revision <> n.revision;
    RETURN NULL;
END $$;

CREATE TRIGGER record_keep_version AFTER UPDATE ON records_record
    REFERENCING OLD TABLE AS former NEW TABLE AS latter FOR EACH STATEMENT EXECUTE FUNCTION records_keep_version();

CREATE FUNCTION records_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER records_recordversion_append_only BEFORE UPDATE OR DELETE ON records_recordversion
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
CREATE TRIGGER records_recordversion_no_truncate BEFORE TRUNCATE ON records_recordversion
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();

-- A record is never deleted; erasure that a law demands will be a verb of its own.
CREATE TRIGGER records_record_kept BEFORE DELETE ON records_record
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
CREATE TRIGGER records_record_no_truncate BEFORE TRUNCATE ON records_record
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();

-- Also under session_replication_role = replica, which would otherwise switch triggers off.
ALTER TABLE records_recordversion ENABLE ALWAYS TRIGGER records_recordversion_append_only;
ALTER TABLE records_recordversion ENABLE ALWAYS TRIGGER records_recordversion_no_truncate;
ALTER TABLE records_record ENABLE ALWAYS TRIGGER records_record_kept;
ALTER TABLE records_record ENABLE ALWAYS TRIGGER records_record_no_truncate;

-- Staging holds nothing that is not in the batch's file; after a crash it is read again.
ALTER TABLE records_stagedrow SET UNLOGGED;
