-- Whoever sees all townships that a file was compared with sees it; in a part of them, a file would
-- tell of the others. That it is its author's own business is held by the code.

GRANT SELECT, INSERT, UPDATE ON boundary_upload
    TO gridmap_whole, gridmap_counties, gridmap_scoped;
GRANT DELETE ON boundary_upload TO gridmap_whole;

ALTER TABLE boundary_upload ENABLE ROW LEVEL SECURITY;
CREATE POLICY whole ON boundary_upload TO gridmap_whole USING (true) WITH CHECK (true);
CREATE POLICY counties ON boundary_upload TO gridmap_counties USING (
    county_code = ANY ((SELECT scope_counties())::varchar[])
);
CREATE POLICY scoped ON boundary_upload TO gridmap_scoped USING (
    scope_codes <@ (SELECT scope_divisions())::varchar[]
);
