-- What a check tells of subjects that are listed today. Planning the view takes longer than answering it, so the function keeps its
-- plan; one subject after the other, so that the plan is always that of one.
CREATE FUNCTION sanctions_listed(subjects bigint[])
RETURNS TABLE (listing_id bigint, subject_id bigint, as_responsible boolean, list_code text, list_name text, tone text, authority text,
               document_no text, decided_on date, entered_on date, ends_on date, is_suspended boolean, is_under_review boolean)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    asked bigint;
BEGIN
    FOREACH asked IN ARRAY subjects LOOP
        RETURN QUERY
        SELECT f.listing_id, f.subject_id, f.as_responsible, f.list_code::text, k.name::text, f.tone::text, l.authority::text,
               l.document_no::text, l.decided_on, f.entered_on, f.ends_on, f.is_suspended, f.is_under_review
        FROM listing_in_force AS f
        JOIN sanctions_listing AS l ON l.id = f.listing_id
        JOIN sanctions_listkind AS k ON k.id = l.kind_id
        WHERE f.subject_id = asked
        ORDER BY f.listing_id, f.as_responsible;
    END LOOP;
END $$;
