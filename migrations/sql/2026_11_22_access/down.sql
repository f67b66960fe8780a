-- The roles stay: other databases of the cluster may use them.
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP POLICY %I ON %I', found.policyname, found.tablename);
    END LOOP;
    FOR found IN
        SELECT relname FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relrowsecurity
    LOOP
        EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', found.relname);
    END LOOP;
END
$$;
REVOKE ALL ON ALL TABLES IN SCHEMA public
    FROM gridmap_gate, gridmap_whole, gridmap_counties, gridmap_scoped;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public
    FROM gridmap_gate, gridmap_whole, gridmap_counties, gridmap_scoped;
REVOKE ALL ON SCHEMA public
    FROM gridmap_gate, gridmap_whole, gridmap_counties, gridmap_scoped;
DROP FUNCTION scope_grids_ever();
DROP FUNCTION scope_grids();
DROP FUNCTION scope_ancestors();
DROP FUNCTION scope_divisions();
DROP FUNCTION scope_counties();
DROP FUNCTION scope_tops();
DROP TRIGGER audit_append_only ON audit;
DROP TRIGGER audit_head_stays ON audit_head;
DROP FUNCTION refuse_change();
DROP FUNCTION append_audit(text, text, text, text, text, text, jsonb, jsonb);
DROP FUNCTION audit_hash(bytea, audit);
