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
REVOKE UPDATE, DELETE ON audit_auditevent, audit_seal, audit_sealentry, audit_treehead, audit_sample FROM credit_office, credit_worker;
REVOKE UPDATE, DELETE ON records_recordversion, records_standingchange FROM credit_office, credit_worker;
REVOKE UPDATE, DELETE ON records_nationalrefusal, records_zeroreport FROM credit_office, credit_worker;
REVOKE UPDATE ON records_monthlyfigure, audit_assessment FROM credit_office, credit_worker;
REVOKE UPDATE, DELETE ON audit_monitoredinstitution, audit_inspection, audit_followup FROM credit_office, credit_worker;
GRANT UPDATE (until, end_reason) ON audit_monitoredinstitution TO credit_office, credit_worker;
REVOKE INSERT ON records_recordversion FROM credit_office, credit_worker;  -- written by its trigger only
REVOKE INSERT ON audit_seal, audit_sealentry, audit_treehead FROM credit_office;
-- Never deleted.
REVOKE DELETE ON audit_readingrule, audit_alarm, audit_sampledreading, audit_incident, audit_assessment FROM credit_office, credit_worker;
REVOKE DELETE ON records_subjectmerge, records_codecase, records_codecaserow FROM credit_office, credit_worker;
REVOKE DELETE ON records_record, records_batch, records_specialquery, records_changerequest, records_erasure FROM credit_office, credit_worker;
REVOKE DELETE ON records_reportingduty, records_bulletin, records_coveragebase FROM credit_office, credit_worker;
-- The consequences: an answer never changes, a listing, a task and an action never disappear.
REVOKE UPDATE, DELETE ON sanctions_check, sanctions_listingfile FROM credit_office, credit_worker;
REVOKE DELETE ON sanctions_listing, sanctions_listkind, sanctions_jointaction, sanctions_measuretask FROM credit_office, credit_worker;
REVOKE UPDATE, DELETE ON sanctions_eligibilitycertificate, sanctions_reviewopinion FROM credit_office, credit_worker;
REVOKE DELETE ON sanctions_matter, sanctions_mattercases, sanctions_subscription, sanctions_webhookdelivery FROM credit_office, credit_worker;
-- What was signed or classed does not disappear; of all this only the points of a person can be deleted.
REVOKE DELETE ON sanctions_commitment, sanctions_commitmenttemplate, sanctions_deferredmaterial FROM credit_office, credit_worker;
REVOKE DELETE ON sanctions_supervisionmethod, sanctions_supervisionrun, sanctions_supervisionclass FROM credit_office, credit_worker;
REVOKE UPDATE ON sanctions_supervisionclass, sanctions_pointsentry FROM credit_office, credit_worker;
REVOKE DELETE ON sanctions_pointsaccount, sanctions_pointsrule, sanctions_pointstrial FROM credit_office, credit_worker;
-- What was handed to a bank and whom an event recommended stays as it was.
REVOKE UPDATE, DELETE ON sanctions_financehandover, sanctions_recommendation FROM credit_office, credit_worker;
REVOKE DELETE ON sanctions_financeproduct, sanctions_financeapplication, sanctions_promotionevent FROM credit_office, credit_worker;
-- An evaluation is counted anew while it is a draft; the database refuses it afterwards.
REVOKE DELETE ON evaluation_evaluationmethod, evaluation_evaluationedition FROM credit_office, credit_worker;
-- The way back: cases, their clocks and what was told do not disappear; a step never changes.
REVOKE UPDATE, DELETE ON repair_step, repair_clockextension FROM credit_office, credit_worker;
REVOKE DELETE ON repair_case, repair_clock, repair_clockstop, repair_notice, repair_repairrule, repair_lettertext, repair_realnamelevel FROM credit_office, credit_worker;
REVOKE DELETE ON repair_clarification, repair_restoration, repair_restorationreceiver, repair_ownstatement, repair_applicant, repair_representation
    FROM credit_office, credit_worker;
REVOKE INSERT, UPDATE, DELETE ON public_supervision_method FROM credit_office, credit_worker;
REVOKE DELETE ON exchange_headhandover, exchange_identitycheck FROM credit_office, credit_worker;
REVOKE DELETE ON accounts_user, accounts_apitoken, accounts_sourcesystem FROM credit_office, credit_worker;
REVOKE DELETE ON catalogue_informationitem, catalogue_itemfield, catalogue_displayrule, catalogue_legalbasis, catalogue_edition
    FROM credit_office, credit_worker;
REVOKE DELETE ON catalogue_keyfield, catalogue_occupation, catalogue_sourceline FROM credit_office, credit_worker;
-- The law is not edited in place: rows of the catalogue begin, and end. A legal basis is a citation and may be corrected by an
-- edition, which keeps its former wording.
REVOKE UPDATE ON catalogue_informationitem, catalogue_itemfield, catalogue_displayrule FROM credit_office, credit_worker;
GRANT UPDATE (in_force_until) ON catalogue_informationitem, catalogue_displayrule TO credit_office, credit_worker;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM credit_office, credit_worker;
-- Views are read.
REVOKE INSERT, UPDATE, DELETE ON public_subject, public_record, public_listing FROM credit_office, credit_worker;
REVOKE INSERT, UPDATE, DELETE ON public_receipt FROM credit_office, credit_worker;
REVOKE INSERT, UPDATE, DELETE ON public_former_name, public_former_address, public_edition FROM credit_office, credit_worker;
REVOKE INSERT, UPDATE, DELETE ON public_evaluation FROM credit_office, credit_worker;
REVOKE INSERT, UPDATE, DELETE ON public_finance_product, public_promotion_event, public_recommendation FROM credit_office, credit_worker;
REVOKE INSERT, UPDATE, DELETE ON public_list_kind, public_own_statement, public_clarification, public_repair_rule FROM credit_office, credit_worker;
REVOKE INSERT, UPDATE, DELETE ON records_certificate, national_reference, listing_in_force FROM credit_office, credit_worker;

GRANT SELECT ON public_subject, public_record, public_listing, public_former_name, public_former_address TO credit_portal;
GRANT SELECT ON public_edition, public_receipt, public_list_kind, public_supervision_method, accounts_region TO credit_portal;
GRANT SELECT ON public_evaluation, public_finance_product, public_promotion_event, public_recommendation TO credit_portal;
GRANT SELECT ON public_own_statement, public_clarification, public_repair_rule TO credit_portal;
GRANT SELECT ON catalogue_informationitem, catalogue_itemfield, catalogue_displayrule, catalogue_legalbasis,
    catalogue_informationitem_further_bases TO credit_portal;
GRANT SELECT ON catalogue_keyfield, catalogue_sourceline TO credit_portal;
-- What it publishes of the trail: a number a day.
GRANT SELECT ON audit_treehead TO credit_portal;
-- And the one line it can leave there: that somebody guessed at a receipt.
GRANT EXECUTE ON FUNCTION audit_receipt_guesses(text[], interval), audit_receipt_guessed(text[], text, text) TO credit_portal, credit_office;
