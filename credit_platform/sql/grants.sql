-- Who may do what in the database. Run by `manage.py grant_roles` after every migration; safe to repeat.
-- credit_office and credit_worker do the work, credit_portal reads the public views and the catalogue and nothing else.
-- Nobody but the owner changes structure; the trail, the versions and the seals can only grow.
DO $$
DECLARE role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['credit_office', 'credit_worker', 'credit_portal'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM %I', role_name);
        EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM %I', role_name);
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', role_name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO credit_office, credit_worker;
GRANT EXECUTE ON FUNCTION records_erase(bigint) TO credit_office;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO credit_office, credit_worker;

-- Insert-only, whatever a program may try. Only the worker seals.
REVOKE UPDATE, DELETE ON audit_auditevent, audit_seal, audit_sealentry, records_recordversion FROM credit_office, credit_worker;
REVOKE INSERT ON records_recordversion FROM credit_office, credit_worker;  -- written by its trigger only
REVOKE INSERT ON audit_seal, audit_sealentry FROM credit_office;
-- Never deleted.
REVOKE DELETE ON records_record, records_batch, accounts_user, accounts_apitoken, records_specialquery, records_changerequest, records_erasure, catalogue_informationitem,
    catalogue_itemfield, catalogue_displayrule, catalogue_legalbasis FROM credit_office, credit_worker;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM credit_office, credit_worker;
-- Views are read.
REVOKE INSERT, UPDATE, DELETE ON public_subject, public_record, public_listing FROM credit_office, credit_worker;

GRANT SELECT ON public_subject, public_record, public_listing, accounts_region, catalogue_informationitem,
    catalogue_itemfield, catalogue_displayrule, catalogue_legalbasis, catalogue_informationitem_further_bases
    TO credit_portal;
