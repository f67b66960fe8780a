-- Of a generation, or of a grid with all before and after it. A grid that is not seen has no code.
WITH RECURSIVE name AS MATERIALIZED (
    SELECT DISTINCT ON (grid_id) grid_id, code FROM grid_version
     ORDER BY grid_id, grid_version_id DESC),
wanted AS (
    SELECT grid_id FROM name WHERE code = :code),
below (grid_id) AS (
    SELECT grid_id FROM wanted
    UNION SELECT l.child_id FROM below JOIN lineage AS l ON l.parent_id = below.grid_id),
above (grid_id) AS (
    SELECT grid_id FROM wanted
    UNION SELECT l.parent_id FROM above JOIN lineage AS l ON l.child_id = above.grid_id)
SELECT l.generation, l.operation, p.code AS parent, c.code AS child, l.area_share,
       l.household_share
  FROM lineage AS l
  LEFT JOIN name AS p ON p.grid_id = l.parent_id
  LEFT JOIN name AS c ON c.grid_id = l.child_id
 WHERE l.generation = :generation
    OR CAST(:code AS text) IS NOT NULL
       AND (l.parent_id IN (SELECT grid_id FROM below) OR l.child_id IN (SELECT grid_id FROM above))
 ORDER BY l.generation, p.code COLLATE "C" NULLS LAST, c.code COLLATE "C" NULLS LAST
