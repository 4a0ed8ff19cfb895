-- What was approved is what is in force: its text, its day and who decided never change afterwards.
CREATE FUNCTION catalogue_keep_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.state = 'approved' AND
        (OLD.number, OLD.law, OLD.state, OLD.author_id, OLD.approver_id, OLD.in_force_on, OLD.recomputes, OLD.impact)
        IS DISTINCT FROM
        (NEW.number, NEW.law, NEW.state, NEW.author_id, NEW.approver_id, NEW.in_force_on, NEW.recomputes, NEW.impact)) THEN
        RAISE EXCEPTION 'an approved edition never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER catalogue_edition_kept BEFORE UPDATE OR DELETE ON catalogue_edition
    FOR EACH ROW EXECUTE FUNCTION catalogue_keep_approved();

-- What the world may read of the editions: the approved ones, without who wrote them.
CREATE VIEW public_edition AS
SELECT e.id, e.number, e.name, e.reason, e.in_force_on, e.recomputes, e.law, e.approved_at,
       lead(e.in_force_on) OVER (ORDER BY e.in_force_on) AS superseded_on
FROM catalogue_edition AS e
WHERE e.state = 'approved';

-- The last day of display, NULL for never: catalogue/policy.py display_term in SQL, for questions about many records at
-- once. A property test holds the two together. Adding months to a date stops at the month's last day, as the law does.
CREATE FUNCTION display_term(method text, minimum integer, maximum integer, decided_on date, valid_until date, stated_until date)
RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN method = 'valid_until' THEN valid_until
        WHEN stated_until IS NULL AND method = 'if_stated' THEN NULL
        WHEN stated_until IS NULL THEN (decided_on + make_interval(months => maximum))::date
        ELSE least(greatest(stated_until, (decided_on + make_interval(months => coalesce(minimum, 0)))::date),
                   (decided_on + make_interval(months => maximum))::date)
    END
$$;
