-- Whom an event recommends today: organisations on one of its red lists in force, that exist, with nothing adverse decided in the three
-- years up to today (33号（四）（八）). Of several listings of one subject the oldest gives the reason.
INSERT INTO sanctions_recommendation (event_id, subject_id, listing_id, reason)
SELECT DISTINCT ON (s.id) e.id, s.id, l.id,
       '自 ' || l.entered_on || ' 起在“' || k.name || '”，截至 ' || %(today)s::date || ' 近三年没有失信记录'
FROM sanctions_promotionevent AS e
JOIN listing_in_force AS f ON f.list_code = ANY (e.list_codes) AND f.tone = 'red' AND NOT f.as_responsible AND NOT f.is_suspended
JOIN sanctions_listing AS l ON l.id = f.listing_id
JOIN sanctions_listkind AS k ON k.id = l.kind_id
JOIN records_subject AS s ON s.id = f.subject_id
WHERE e.id = %(event)s AND s.kind <> 'person' AND s.merged_into_id IS NULL AND s.standing = 'active'
  AND s.region_code LIKE e.region_prefix || '%%'
  AND NOT EXISTS (
      SELECT FROM records_record AS r JOIN catalogue_informationitem AS i ON i.id = r.item_id
      WHERE r.subject_id = s.id AND i.is_adverse AND r.state IN ('current', 'disputed', 'suspended', 'expired')
        AND r.decided_on > %(since)s AND r.decided_on <= %(today)s)
ORDER BY s.id, l.entered_on, l.id
ON CONFLICT (event_id, subject_id) DO NOTHING
