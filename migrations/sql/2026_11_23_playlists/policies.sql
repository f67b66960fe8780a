-- A playlist belongs to a division: who sees that division whole sees it. That only those who
-- administer the division change it is held by the scope of their session, and by the code.

GRANT SELECT ON playlist TO gridmap_whole, gridmap_counties, gridmap_scoped;
GRANT INSERT, UPDATE, DELETE ON playlist TO gridmap_whole, gridmap_counties, gridmap_scoped;

ALTER TABLE playlist ENABLE ROW LEVEL SECURITY;
CREATE POLICY whole ON playlist TO gridmap_whole USING (true) WITH CHECK (true);
CREATE POLICY scoped ON playlist TO gridmap_counties, gridmap_scoped USING (
    division_code = ANY ((SELECT scope_divisions())::varchar[])
);
