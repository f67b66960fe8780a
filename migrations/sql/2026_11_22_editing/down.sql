-- As it was before.
DROP POLICY scoped ON changeset_grid;
CREATE POLICY scoped ON changeset_grid TO gridmap_scoped USING (
    EXISTS (
        SELECT FROM changeset AS c
         WHERE c.county_code = changeset_grid.county_code
           AND c.changeset_id = changeset_grid.changeset_id
    )
);
