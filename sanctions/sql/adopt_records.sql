-- Records of lists that departments have reported become listings, entered at once: the department has decided already, and what
-- is shown must count. A list that shares its item with others is known by its name. Nobody is adopted twice, nor against an exit,
-- unless the record was only taken back with its batch and has been reported again: the listing has let go of it, and a new one
-- begins where it ended. No person not known to have been of age is adopted. Parameters: today, size. Done again it goes on, and in the end adds nothing.
WITH kinds AS MATERIALIZED (
    SELECT k.*, count(*) OVER (PARTITION BY k.item_code) = 1 AS is_alone
    FROM sanctions_listkind AS k
    WHERE k.in_force_from <= %(today)s AND coalesce(k.in_force_until, 'infinity') >= %(today)s
), found AS MATERIALIZED (
    SELECT r.id AS record_id, k.id AS kind_id, k.code, k.tone, r.department_id, r.subject_id, s.kind AS subject_kind,
           r.subject_name, n.kind AS identifier_kind, n.lookup, n.cipher, r.document_no, r.decided_on, r.authority, r.title,
           nullif(r.displayed_until, DATE '2099-12-31') AS ends_on, greatest(r.decided_on, taken_back.on_day) AS begins_on
    FROM records_record AS r
    JOIN records_subject AS s ON s.id = r.subject_id AND s.merged_into_id IS NULL
    JOIN accounts_department AS d ON d.id = r.department_id
    JOIN catalogue_informationitem AS i ON i.id = r.item_id AND i.category IN ('honour', 'dishonest', 'abnormal')
    JOIN kinds AS k ON k.item_code = r.item_code AND s.kind = ANY(k.subject_kinds)
        AND substring(d.code FROM '[^-]*$') = ANY(k.lines) AND (k.is_alone OR k.name = r.title)
    JOIN LATERAL (
        SELECT i.kind, i.lookup, i.cipher FROM records_identifier AS i WHERE i.subject_id = s.id
        ORDER BY (i.kind IN ('uscc', 'id_card')) DESC, i.id LIMIT 1
    ) AS n ON true
    CROSS JOIN LATERAL (
        SELECT max(l.exited_on) AS on_day FROM sanctions_listing AS l
        WHERE l.list_code = k.code AND l.lookup = n.lookup AND l.identifier_kind = n.kind AND l.document_no = r.document_no
          AND l.exit_kind = 'record_ended' AND l.record_id IS NULL
    ) AS taken_back
    WHERE r.state IN ('current', 'disputed', 'suspended') AND r.derived_from_id IS NULL AND r.decided_on <= %(today)s
      AND coalesce(r.displayed_until, 'infinity') >= %(today)s
      AND (s.kind <> 'person' OR k.tone NOT IN ('black', 'watch') OR s.adult_on <= r.decided_on)
      AND NOT EXISTS (SELECT FROM sanctions_listing AS l WHERE l.record_id = r.id)
      AND NOT EXISTS (
          SELECT FROM sanctions_listing AS l
          WHERE l.list_code = k.code AND l.lookup = n.lookup AND l.identifier_kind = n.kind AND l.document_no = r.document_no
            AND l.state NOT IN ('refused', 'dropped') AND NOT (l.exit_kind = 'record_ended' AND l.record_id IS NULL)
            AND daterange(l.proposed_on, l.exited_on) && daterange(r.decided_on, NULL))
    ORDER BY r.id LIMIT %(size)s FOR UPDATE OF r SKIP LOCKED
)
INSERT INTO sanctions_listing AS l (
    public_id, kind_id, list_code, tone, department_id, origin, origin_ref, subject_id, subject_kind, subject_name,
    identifier_kind, lookup, cipher, document_no, decided_on, authority, facts, record_id, state, proposed_on, proposed_at,
    notified_how, statement, decision_reason, entered_on, ends_on, review_no, suspended_reason, exit_kind, exit_reason)
SELECT gen_random_uuid(), kind_id, code, tone, department_id, 'reported', '', subject_id, subject_kind, subject_name,
       identifier_kind, lookup, cipher, document_no, decided_on, authority, title, record_id, 'entered', begins_on, now(),
       '', '', '', begins_on, ends_on, '', '', '', ''
FROM found
ON CONFLICT DO NOTHING
RETURNING l.id, l.list_code || ' ' || l.document_no
