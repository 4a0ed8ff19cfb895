-- Whose identifiers these are, of a merged subject the survivor; the plan is kept, as in sanctions_listed().
CREATE FUNCTION sanctions_held(kinds text[], lookups text[])
RETURNS TABLE (asked_kind text, asked_lookup text, id bigint, kind text, legal_name text, name_key text, uscc text, adult_on date,
               verification text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    FOR place IN 1 .. cardinality(kinds) LOOP
        RETURN QUERY
        SELECT i.kind::text, i.lookup::text, s.id, s.kind::text, s.legal_name::text, s.name_key::text, s.uscc::text, s.adult_on,
               s.verification::text
        FROM records_identifier AS i JOIN records_subject AS s ON s.id = i.subject_id
        WHERE i.kind = kinds[place] AND i.lookup = lookups[place];
    END LOOP;
END $$;
