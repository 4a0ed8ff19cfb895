-- Undoing one slice of a committed batch. Parameters: batch, low, high, reason. A record is undone only if the batch's
-- revision of it is still the last: it is at its first, or the version before came from another batch. Nothing is deleted.
CREATE TEMP TABLE undoing ON COMMIT DROP AS
SELECT r.id, r.subject_id, v.former
FROM records_record AS r
LEFT JOIN records_recordversion AS v ON v.record_id = r.id AND v.revision = r.revision - 1
WHERE r.batch_id = %(batch)s AND r.row_no > %(low)s AND r.row_no <= %(high)s AND r.derived_from_id IS NULL AND r.state IN ('current', 'expired')
  AND (r.revision = 1 OR (v.former ->> 'batch_id')::bigint <> %(batch)s)
FOR UPDATE OF r

-- New ones are as if they had not been reported: shown no more, and open for a new report.
UPDATE records_record AS r
SET state = 'unreported', ended_on = platform_today(), end_reason = %(reason)s, revision = r.revision + 1,
    explained_revision = r.revision + 1, change_kind = 'undone', changed_by_id = %(by)s, change_reason = %(reason)s, updated_at = now()
FROM undoing AS u WHERE u.id = r.id AND u.former IS NULL

-- Changed ones get their former content as a new revision; the wrong one stays as a version.
UPDATE records_record AS r
SET item_id = f.item_id, subject_name = f.subject_name, title = f.title, authority = f.authority, "values" = f.values,
    secrets = f.secrets, responsible = f.responsible, content_digest = f.content_digest, severity = f.severity, displayed_from = f.displayed_from,
    displayed_until = f.displayed_until, display_rule_key = f.display_rule_key, state = f.state, ended_on = f.ended_on,
    end_reason = f.end_reason, batch_id = f.batch_id, row_no = f.row_no, revision = r.revision + 1,
    explained_revision = r.revision + 1, change_kind = 'undone', changed_by_id = %(by)s, change_reason = %(reason)s, updated_at = now()
FROM undoing AS u CROSS JOIN LATERAL jsonb_populate_record(NULL::records_record, u.former) AS f
WHERE u.id = r.id AND u.former IS NOT NULL

-- A subject known only from what was taken back gives its codes free: a wrong name must not bar the right one.
WITH freed AS (
    SELECT DISTINCT u.subject_id AS id FROM undoing AS u
    WHERE u.former IS NULL AND NOT EXISTS (
        SELECT FROM records_record AS r WHERE r.subject_id = u.subject_id AND r.state <> 'unreported'
    )
), codes AS (
    DELETE FROM records_identifier AS i USING freed WHERE i.subject_id = freed.id
)
UPDATE records_subject AS s SET uscc = NULL FROM freed WHERE s.id = freed.id
