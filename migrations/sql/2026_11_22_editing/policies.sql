-- Drafts' comments and presence follow the draft; the crosswalk follows the grids.

GRANT SELECT, INSERT, UPDATE, DELETE ON changeset_comment, editor_presence
    TO gridmap_whole, gridmap_counties, gridmap_scoped;
GRANT SELECT ON refiling TO gridmap_whole, gridmap_counties, gridmap_scoped;
GRANT INSERT ON refiling TO gridmap_whole;
GRANT UPDATE ON grid, asset TO gridmap_whole;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['changeset_comment', 'editor_presence', 'refiling'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY whole ON %I TO gridmap_whole USING (true) WITH CHECK (true)', name
        );
        EXECUTE format($policy$
            CREATE POLICY counties ON %I TO gridmap_counties USING (
                county_code = ANY ((SELECT scope_counties())::varchar[])
            )$policy$, name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['changeset_comment', 'editor_presence'] LOOP
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

CREATE POLICY scoped ON refiling TO gridmap_scoped USING (
    from_basic_grid_id = ANY ((SELECT scope_grids_ever())::bigint[])
    OR to_basic_grid_id = ANY ((SELECT scope_grids_ever())::bigint[])
);

-- A draft of several townships shows to each of them the grids of its own; and a grid over the
-- border that only got a vertex is nobody else's business.
DROP POLICY scoped ON changeset_grid;
CREATE POLICY scoped ON changeset_grid TO gridmap_scoped USING (
    division_code = ANY ((SELECT scope_divisions())::varchar[])
    AND EXISTS (
        SELECT FROM changeset AS c
         WHERE c.county_code = changeset_grid.county_code
           AND c.changeset_id = changeset_grid.changeset_id
    )
);
