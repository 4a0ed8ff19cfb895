-- The portal only reads, but whoever guesses at the papers it verifies is counted, in the trail like everybody else who guesses. Its
-- role can do that and no more: what the line says is written here, and what it tells is a number.

-- Wrong answers within the window for each key, in the order of the keys. Guesses at the same moment go one by one: until the
-- transaction ends, each waits for those before it. The keys are locked in their own order, so that no two wait for each other.
CREATE FUNCTION audit_receipt_guesses(keys text[], since interval) RETURNS integer[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    asked text;
BEGIN
    FOR asked IN SELECT DISTINCT k FROM unnest(keys) AS k ORDER BY k LOOP
        PERFORM pg_advisory_xact_lock(hashtext('audit.receipt'), hashtext(asked));
    END LOOP;
    RETURN ARRAY(
        SELECT (SELECT count(*)::integer FROM audit_auditevent AS e
                WHERE e.object_type = 'sanctions.ReceiptGuess' AND e.object_id = k.key
                  AND e.at > clock_timestamp() - since)
        FROM unnest(keys) WITH ORDINALITY AS k (key, place) ORDER BY k.place);
END $$;

CREATE FUNCTION audit_receipt_guessed(keys text[], address text, request_id text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    INSERT INTO audit_auditevent (action, actor_name, object_type, object_id, object_label, result, reason, request_id, source, detail, once)
    SELECT 'sanctions.receipt.refused', '', 'sanctions.ReceiptGuess', left(k, 64), '回执核对', 'refused', 'receipt_unknown',
           left(request_id, 64), 'web', jsonb_build_object('address', left(address, 45)), false
    FROM unnest(keys) AS k
$$;

REVOKE EXECUTE ON FUNCTION audit_receipt_guesses(text[], interval), audit_receipt_guessed(text[], text, text) FROM PUBLIC;
