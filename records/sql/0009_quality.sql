-- Rows of one month are found by when they came in. Records come in in the order of time, so a block range index does it
-- and costs the import next to nothing; batches are few.
CREATE INDEX record_by_entry ON records_record USING brin (created_at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX batch_by_end ON records_batch (finished_at) WHERE finished_at IS NOT NULL;

-- A month that is over keeps its figures: only the provisional computation (version 0) is replaced.
CREATE FUNCTION records_keep_closed_figures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM records_figurerun WHERE id = OLD.run_id AND version > 0) THEN
        RAISE EXCEPTION 'the figures of a closed month do not change' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER records_monthlyfigure_closed BEFORE UPDATE OR DELETE ON records_monthlyfigure
    FOR EACH ROW EXECUTE FUNCTION records_keep_closed_figures();

CREATE FUNCTION records_keep_closed_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the computation of a closed month does not change' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER records_figurerun_closed BEFORE UPDATE OR DELETE ON records_figurerun
    FOR EACH ROW WHEN (OLD.version > 0) EXECUTE FUNCTION records_keep_closed_run();

-- What has been issued stays as it was issued.
CREATE FUNCTION records_keep_issued_bulletin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an issued bulletin does not change' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER records_bulletin_issued BEFORE UPDATE OR DELETE ON records_bulletin
    FOR EACH ROW WHEN (OLD.state = 'issued') EXECUTE FUNCTION records_keep_issued_bulletin();

CREATE TRIGGER records_nationalrefusal_append_only BEFORE UPDATE OR DELETE ON records_nationalrefusal
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
CREATE TRIGGER records_zeroreport_append_only BEFORE UPDATE OR DELETE ON records_zeroreport
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
ALTER TABLE records_monthlyfigure ENABLE ALWAYS TRIGGER records_monthlyfigure_closed;
ALTER TABLE records_figurerun ENABLE ALWAYS TRIGGER records_figurerun_closed;
ALTER TABLE records_bulletin ENABLE ALWAYS TRIGGER records_bulletin_issued;
ALTER TABLE records_nationalrefusal ENABLE ALWAYS TRIGGER records_nationalrefusal_append_only;
ALTER TABLE records_zeroreport ENABLE ALWAYS TRIGGER records_zeroreport_append_only;
