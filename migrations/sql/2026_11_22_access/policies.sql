-- Who sees which rows. A table that is not named here is closed to the server's roles.

GRANT USAGE ON SCHEMA public
    TO gridmap_gate, gridmap_whole, gridmap_counties, gridmap_scoped;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public
    TO gridmap_gate, gridmap_whole, gridmap_counties, gridmap_scoped;

-- Known to everybody who is let in: what is deployed, which generations there are.
GRANT SELECT ON alembic_version, deployment, generation
    TO gridmap_gate, gridmap_whole, gridmap_counties, gridmap_scoped;

GRANT SELECT ON
    division, grid, grid_version, division_outline, lineage, household, event, event_step, asset,
    staff, posting, party_organisation, person_private,
    changeset, changeset_op, changeset_grid, review
    TO gridmap_whole, gridmap_counties, gridmap_scoped;
GRANT INSERT, UPDATE ON event TO gridmap_whole, gridmap_counties, gridmap_scoped;
GRANT INSERT ON event_step, review, delivery TO gridmap_whole, gridmap_counties, gridmap_scoped;
GRANT INSERT, UPDATE, DELETE ON person_private, changeset, changeset_op, changeset_grid
    TO gridmap_whole, gridmap_counties, gridmap_scoped;

-- Publishing works on the whole: the proof of the tiling and the filing do.
GRANT INSERT ON generation, grid, grid_version, division_outline, lineage TO gridmap_whole;
GRANT UPDATE ON grid_version, division_outline, household TO gridmap_whole;
GRANT SELECT, UPDATE ON delivery TO gridmap_whole;
GRANT SELECT ON subscription TO gridmap_whole;

GRANT SELECT ON division TO gridmap_gate;
GRANT SELECT, INSERT, UPDATE ON account, api_key TO gridmap_gate;
GRANT SELECT, INSERT, UPDATE, DELETE ON "grant", login_session TO gridmap_gate;
GRANT SELECT ON audit, audit_head TO gridmap_gate;
REVOKE EXECUTE ON FUNCTION append_audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_audit
    TO gridmap_gate, gridmap_whole, gridmap_counties, gridmap_scoped;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'division', 'grid', 'grid_version', 'division_outline', 'lineage', 'household', 'event',
        'event_step', 'asset', 'staff', 'posting', 'party_organisation', 'person_private',
        'changeset', 'changeset_op', 'changeset_grid', 'review', 'delivery', 'subscription'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY whole ON %I TO gridmap_whole USING (true) WITH CHECK (true)', name
        );
    END LOOP;
    FOREACH name IN ARRAY ARRAY[
        'account', 'api_key', 'grant', 'login_session', 'audit', 'audit_head'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY[
        'division', 'account', 'api_key', 'grant', 'login_session', 'audit', 'audit_head'
    ] LOOP
        EXECUTE format(
            'CREATE POLICY gate ON %I TO gridmap_gate USING (true) WITH CHECK (true)', name
        );
    END LOOP;
    FOREACH name IN ARRAY ARRAY[
        'grid', 'grid_version', 'division_outline', 'lineage', 'household', 'event', 'event_step',
        'asset', 'staff', 'posting', 'party_organisation', 'person_private',
        'changeset', 'changeset_op', 'changeset_grid', 'review'
    ] LOOP
        EXECUTE format($policy$
            CREATE POLICY counties ON %I TO gridmap_counties USING (
                county_code = ANY ((SELECT scope_counties())::varchar[])
            )$policy$, name);
    END LOOP;
    -- Rows of a division.
    FOREACH name IN ARRAY ARRAY[
        'grid_version', 'division_outline', 'posting', 'party_organisation'
    ] LOOP
        EXECUTE format($policy$
            CREATE POLICY scoped ON %I TO gridmap_scoped USING (
                division_code = ANY ((SELECT scope_divisions())::varchar[])
            )$policy$, name);
    END LOOP;
    -- Rows that are filed into grids. What lies outside every grid belongs to the county.
    FOREACH name IN ARRAY ARRAY['household', 'event'] LOOP
        EXECUTE format($policy$
            CREATE POLICY scoped ON %I TO gridmap_scoped USING (
                basic_grid_id = ANY ((SELECT scope_grids())::bigint[])
                OR exclusive_grid_id = ANY ((SELECT scope_grids())::bigint[])
                OR basic_grid_id IS NULL
                AND county_code = ANY ((SELECT scope_counties())::varchar[])
            )$policy$, name);
    END LOOP;
    -- Rows of a changeset: whoever sees the changeset sees them.
    FOREACH name IN ARRAY ARRAY['changeset_op', 'changeset_grid', 'review'] LOOP
        EXECUTE format($policy$
            CREATE POLICY scoped ON %1$I TO gridmap_scoped USING (
                EXISTS (
                    SELECT FROM changeset AS c
                     WHERE c.county_code = %1$I.county_code AND c.changeset_id = %1$I.changeset_id
                )
            )$policy$, name);
    END LOOP;
END
$$;

CREATE POLICY scoped ON division TO gridmap_counties, gridmap_scoped USING (
    code = ANY ((SELECT scope_divisions())::varchar[])
    OR code = ANY ((SELECT scope_ancestors())::varchar[])
);

CREATE POLICY scoped ON grid TO gridmap_scoped USING (
    grid_id = ANY ((SELECT scope_grids_ever())::bigint[])
);

CREATE POLICY scoped ON lineage TO gridmap_scoped USING (
    parent_id = ANY ((SELECT scope_grids_ever())::bigint[])
    OR child_id = ANY ((SELECT scope_grids_ever())::bigint[])
);

CREATE POLICY scoped ON asset TO gridmap_scoped USING (
    basic_grid_id = ANY ((SELECT scope_grids())::bigint[])
);

CREATE POLICY scoped ON event_step TO gridmap_scoped USING (
    EXISTS (
        SELECT FROM event AS e
         WHERE e.county_code = event_step.county_code AND e.event_id = event_step.event_id
    )
);

CREATE POLICY scoped ON staff TO gridmap_scoped USING (
    EXISTS (
        SELECT FROM posting AS p
         WHERE p.county_code = staff.county_code AND p.staff_id = staff.staff_id
    )
);

CREATE POLICY scoped ON person_private TO gridmap_scoped USING (
    CASE subject
        WHEN 'household' THEN EXISTS (
            SELECT FROM household AS h
             WHERE h.county_code = person_private.county_code AND h.household_id = subject_id
        )
        WHEN 'event' THEN EXISTS (
            SELECT FROM event AS e
             WHERE e.county_code = person_private.county_code AND e.event_id = subject_id
        )
        WHEN 'staff' THEN EXISTS (
            SELECT FROM staff AS s
             WHERE s.county_code = person_private.county_code AND s.staff_id = subject_id
        )
        ELSE false
    END
);

CREATE POLICY scoped ON changeset TO gridmap_scoped USING (
    scope_codes && (SELECT scope_divisions())::varchar[]
);

-- Told to others by whoever changed something; never read back.
CREATE POLICY scoped ON delivery FOR INSERT TO gridmap_counties, gridmap_scoped
    WITH CHECK (true);
