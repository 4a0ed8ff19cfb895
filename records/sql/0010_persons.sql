-- Minors are never shown, never told the nation, and nothing adverse is held about them. Whether a person was of age when the
-- decision was made must be known (a passport does not say): who is not known to have been is not shown either.
-- Checked once a statement, so bulk stays fast.
CREATE FUNCTION records_refuse_minors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM latter AS r
        JOIN records_subject AS s ON s.id = r.subject_id AND s.kind = 'person'
        JOIN catalogue_informationitem AS i ON i.id = r.item_id
        WHERE (i.is_adverse AND s.adult_on > r.decided_on)
           OR (coalesce(s.adult_on, 'infinity') > r.decided_on
               AND (r.displayed_from IS NOT NULL OR (TG_OP = 'INSERT' AND r.revision > r.national_revision)))
    ) THEN
        RAISE EXCEPTION 'a person not known to have been of age is not recorded as adverse, shown or reported'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'minors_are_never_shown';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER record_minors_entered AFTER INSERT ON records_record
    REFERENCING NEW TABLE AS latter FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_minors();
CREATE TRIGGER record_minors_changed AFTER UPDATE ON records_record
    REFERENCING NEW TABLE AS latter FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_minors();
ALTER TABLE records_record ENABLE ALWAYS TRIGGER record_minors_entered;
ALTER TABLE records_record ENABLE ALWAYS TRIGGER record_minors_changed;

-- The same from the other side: nobody grows younger than what is recorded about them.
CREATE FUNCTION records_refuse_younger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM records_record AS r JOIN catalogue_informationitem AS i ON i.id = r.item_id
        WHERE r.subject_id = NEW.id
          AND ((i.is_adverse AND NEW.adult_on > r.decided_on)
               OR (r.displayed_from IS NOT NULL AND coalesce(NEW.adult_on, 'infinity') > r.decided_on))
    ) THEN
        RAISE EXCEPTION 'there are records about this person that a minor may not have'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'minors_are_never_shown';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER subject_minors_changed AFTER UPDATE ON records_subject FOR EACH ROW
    WHEN (NEW.kind = 'person' AND (OLD.adult_on IS DISTINCT FROM NEW.adult_on OR OLD.kind <> NEW.kind))
    EXECUTE FUNCTION records_refuse_younger();
ALTER TABLE records_subject ENABLE ALWAYS TRIGGER subject_minors_changed;

-- What an organisation's record says about one person it names, as the content of that person's own record.
CREATE FUNCTION records_values_of_responsible(source records_record, person_name text, capacity text, basis text)
RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'ZRRY_XDR_MC', person_name, 'ZRRY_XDR_LB', '自然人', 'ZRRY_WSH', source.document_no, 'ZRRY_XW', source.title,
        'ZRRY_SF', capacity, 'ZRRY_YJ', basis, 'ZRRY_DW', source.subject_name,
        'ZRRY_SX', (SELECT name FROM catalogue_informationitem WHERE id = source.item_id),
        'ZRRY_RQ', source.decided_on, 'ZRRY_JDJG', source.authority))
$$;

-- 33号（十四）: each person an organisation's record names has a record of their own, which follows its source in the same
-- statement: corrected, withdrawn, expired, restored together, whichever verb or sweep it was. A decision reported under two
-- items gives a person one record, which stands while one of its sources stands. Costs one look when nobody is named.
CREATE FUNCTION records_follow_source() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    derived_item catalogue_informationitem;
BEGIN
    -- No join of the two: the planner knows nothing of their sizes and loops (measured: 24 s for 5,000 rows).
    IF NOT EXISTS (SELECT FROM latter WHERE responsible <> '[]') THEN
        IF TG_OP = 'INSERT' THEN RETURN NULL; END IF;
        IF NOT EXISTS (SELECT FROM former WHERE responsible <> '[]') THEN RETURN NULL; END IF;
    END IF;
    SELECT * INTO derived_item FROM catalogue_informationitem
    WHERE code = 'ZRRY' AND in_force_from <= platform_today() AND coalesce(in_force_until, 'infinity') >= platform_today();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no item in force for persons responsible' USING ERRCODE = 'check_violation', CONSTRAINT = 'record_item_in_force';
    END IF;

    -- New subjects are made under the lock of the merge: two at once could make the same person twice. Nobody else waits.
    IF EXISTS (
        SELECT FROM latter AS n CROSS JOIN LATERAL jsonb_to_recordset(n.responsible) AS p (kind text, lookup text)
        WHERE NOT EXISTS (SELECT FROM records_identifier AS i WHERE i.kind = p.kind AND i.lookup = p.lookup)
    ) THEN
        PERFORM pg_advisory_xact_lock(hashtext('records.merge'));
    END IF;
    WITH named AS (
        SELECT DISTINCT ON (p.kind, p.lookup) p.kind, p.lookup, p.cipher, p.name, p.name_key, p.adult_on
        FROM latter AS n CROSS JOIN LATERAL jsonb_to_recordset(n.responsible)
            AS p (kind text, lookup text, cipher text, name text, name_key text, adult_on date)
        WHERE NOT EXISTS (SELECT FROM records_identifier AS i WHERE i.kind = p.kind AND i.lookup = p.lookup)
        ORDER BY p.kind, p.lookup, n.id
    ), fresh AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('records_subject', 'id')) AS id, named.* FROM named
    ), made AS (
        INSERT INTO records_subject (id, public_id, kind, legal_name, name_key, region_code, adult_on, created_at)
        SELECT id, gen_random_uuid(), 'person', name, name_key, '', adult_on, now() FROM fresh
    )
    INSERT INTO records_identifier (subject_id, kind, lookup, cipher) SELECT id, kind, lookup, cipher FROM fresh;

    INSERT INTO records_record (public_id, item_id, item_code, subject_id, department_id, subject_name, document_no, decided_on,
        title, authority, "values", secrets, content_digest, severity, display_rule_key, displayed_from, displayed_until,
        state, ended_on, end_reason, batch_id, row_no, national_revision, derived_from_id)
    SELECT gen_random_uuid(), derived_item.id, derived_item.code, i.subject_id, n.department_id, p.name, n.document_no, n.decided_on,
        n.title, n.authority, records_values_of_responsible(src, p.name, p.capacity, p.basis), '{}', n.content_digest, n.severity,
        n.display_rule_key,
        CASE WHEN shown.until >= platform_today() THEN platform_today() END, shown.until,
        n.state, n.ended_on, n.end_reason, n.batch_id, n.row_no,
        CASE WHEN shown.until >= platform_today() THEN 0 ELSE 1 END, n.id
    FROM latter AS n JOIN records_record AS src ON src.id = n.id
    CROSS JOIN LATERAL jsonb_to_recordset(n.responsible) AS p (kind text, lookup text, name text, capacity text, basis text)
    JOIN records_identifier AS i ON i.kind = p.kind AND i.lookup = p.lookup
    JOIN records_subject AS s ON s.id = i.subject_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN derived_item.person_display = 'masked' AND s.adult_on <= n.decided_on THEN n.displayed_until END AS until
    ) AS shown
    WHERE n.state NOT IN ('withdrawn', 'unreported', 'erased')
    ON CONFLICT ON CONSTRAINT one_record_a_decision DO NOTHING;

    -- Those made before, each from the best source that still names the person: live before ended, its own before another.
    UPDATE records_record AS d
    SET derived_from_id = coalesce(s.id, d.derived_from_id), title = coalesce(s.title, d.title),
        authority = coalesce(s.authority, d.authority), severity = coalesce(s.severity, d.severity),
        "values" = coalesce(s.said, d.values), content_digest = coalesce(s.content_digest, d.content_digest),
        subject_name = coalesce(s.person_name, d.subject_name), batch_id = coalesce(s.batch_id, d.batch_id),
        row_no = coalesce(s.row_no, d.row_no), displayed_until = CASE WHEN d.displayed_from IS NOT NULL THEN s.displayed_until END,
        state = coalesce(s.state, 'withdrawn'), ended_on = CASE WHEN s.id IS NULL THEN platform_today() ELSE s.ended_on END,
        end_reason = CASE WHEN s.id IS NULL THEN '来源记录更正后不再列为责任人员' ELSE s.end_reason END,
        revision = d.revision + 1, explained_revision = d.revision + 1, change_kind = 'followed',
        changed_by_id = coalesce(s.changed_by_id, d.changed_by_id), change_reason = coalesce(s.change_reason, ''),
        national_revision = CASE WHEN d.displayed_from IS NULL THEN d.revision + 1 ELSE d.national_revision END, updated_at = now()
    FROM (
        SELECT x.* FROM records_record AS x JOIN latter AS n ON x.derived_from_id = n.id
        UNION
        SELECT x.* FROM latter AS n
        CROSS JOIN LATERAL jsonb_to_recordset(n.responsible) AS p (kind text, lookup text)
        JOIN records_identifier AS i ON i.kind = p.kind AND i.lookup = p.lookup
        JOIN records_record AS x ON x.subject_id = i.subject_id AND x.document_no = n.document_no AND x.decided_on = n.decided_on
            AND x.department_id = n.department_id AND x.item_code = derived_item.code
    ) AS x
    LEFT JOIN LATERAL (
        SELECT b.id, b.title, b.authority, b.severity, b.content_digest, b.batch_id, b.row_no, b.displayed_until, b.state,
               b.ended_on, b.end_reason, b.changed_by_id, b.change_reason, p.name AS person_name,
               records_values_of_responsible(b, p.name, p.capacity, p.basis) AS said
        FROM records_record AS b
        CROSS JOIN LATERAL jsonb_to_recordset(b.responsible) AS p (kind text, lookup text, name text, capacity text, basis text)
        JOIN records_identifier AS i ON i.kind = p.kind AND i.lookup = p.lookup
        WHERE i.subject_id = x.subject_id AND b.document_no = x.document_no AND b.decided_on = x.decided_on
          AND b.department_id = x.department_id
        ORDER BY b.state IN ('current', 'disputed') DESC, b.id = x.derived_from_id DESC, b.id
        LIMIT 1
    ) AS s ON true
    WHERE d.id = x.id AND (d.state, d.values, d.derived_from_id, d.ended_on, d.end_reason) IS DISTINCT FROM (
        coalesce(s.state, 'withdrawn'), coalesce(s.said, d.values), coalesce(s.id, d.derived_from_id),
        CASE WHEN s.id IS NULL THEN coalesce(d.ended_on, platform_today()) ELSE s.ended_on END,
        CASE WHEN s.id IS NULL THEN d.end_reason ELSE s.end_reason END);
    RETURN NULL;
END $$;

CREATE TRIGGER record_responsible_entered AFTER INSERT ON records_record
    REFERENCING NEW TABLE AS latter FOR EACH STATEMENT EXECUTE FUNCTION records_follow_source();
CREATE TRIGGER record_responsible_changed AFTER UPDATE ON records_record
    REFERENCING OLD TABLE AS former NEW TABLE AS latter FOR EACH STATEMENT EXECUTE FUNCTION records_follow_source();

-- A licence to practise, read off the records of its item: it can never say anything else.
CREATE VIEW records_certificate AS
SELECT r.id, r.public_id AS record_id, r.subject_id, r.department_id, r.item_id, r.values ->> 'ZYZG_ZY' AS occupation,
       r.document_no AS number, r.authority, coalesce(r.values ->> 'ZYZG_DW', '') AS workplace, r.decided_on AS issued_on,
       (r.values ->> 'ZYZG_YX')::date AS valid_until, r.values ->> 'ZYZG_ZT' AS status
FROM records_record AS r
WHERE r.item_code = 'ZYZG' AND r.state IN ('current', 'disputed');

-- What is not public but goes to the nation as a reference (98号六（二）), marked so: people known to have been of age only.
CREATE VIEW national_reference AS
SELECT r.id, r.public_id,
       (
           SELECT coalesce(jsonb_object_agg(f.code, r.values ->> f.code), '{}'::jsonb) FROM catalogue_itemfield AS f
           WHERE f.item_id = r.item_id AND f.scope IN ('public', 'shared') AND r.values ? f.code
             AND f.role NOT IN ('subject_name', 'subject_kind', 'uscc')
       ) AS values
FROM records_record AS r
JOIN catalogue_informationitem AS i ON i.id = r.item_id AND i.forwarded
JOIN records_subject AS s ON s.id = r.subject_id
WHERE r.state IN ('current', 'disputed') AND (s.kind <> 'person' OR s.adult_on <= r.decided_on);

-- A merge marks what is not displayed as having nothing to tell the nation; of forwarded items that is not so.
CREATE FUNCTION records_offer_reference() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM latter WHERE item_id IN (SELECT id FROM catalogue_informationitem WHERE forwarded)) THEN
        UPDATE records_record AS r SET national_revision = 0
        FROM latter AS n JOIN national_reference AS v USING (id) WHERE r.id = n.id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER record_reference_entered AFTER INSERT ON records_record
    REFERENCING NEW TABLE AS latter FOR EACH STATEMENT EXECUTE FUNCTION records_offer_reference();
