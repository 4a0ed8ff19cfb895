-- The rules of repair as anybody may read them, each with the days its steps take today. No case and no person is in it.
CREATE VIEW public_repair_rule AS
SELECT r.id, r.key, r.generation, r.item_codes, r.severity, r.subject_kinds, r.decided_from, r.decided_until, r.is_repairable,
       r.minimum_months, r.maximum_months, r.ways, r.conditions, r.proofs, r.articles, r.whom, r.why_not, r.evidence = 'verified' AS is_verified,
       (SELECT jsonb_object_agg(t.key, jsonb_build_object('amount', t.amount, 'unit', t.unit))
        FROM deadlines_timelimit AS t
        WHERE (t.key LIKE 'repair.%' OR t.key LIKE 'objection.%' OR t.key LIKE 'remedy.%')
          AND t.in_force_from <= platform_today() AND (t.in_force_until IS NULL OR t.in_force_until >= platform_today())) AS terms
FROM repair_repairrule AS r;
