-- Events by child of a division, or by basic grid where there is no level in between. The row
-- without a code is what lies in no grid of these boundaries; it comes at the root only.
WITH place AS MATERIALIZED (
    SELECT v.grid_id, v.code, d.path[:child_place] AS child
      FROM grid_version AS v JOIN division AS d ON d.code = v.division_code
     WHERE (:is_root OR v.division_code = ANY(CAST(:divisions AS varchar(12)[])))
       AND v.kind <> 'exclusive'
       -- No index on the ranges: nearly every grid is in them, against all estimates.
       AND (v.generations @> CAST(:generation AS bigint)
            AND v.valid @> CAST(:day AS date)) IS TRUE
), counted AS (
    SELECT e.basic_grid_id,
           count(*) AS total,
           count(e.closed_at) AS closed,
           count(*) FILTER (WHERE e.closed_at IS NULL AND e.due_at < :now) AS overdue,
           count(*) FILTER (WHERE e.closed_at <= e.due_at) AS on_time,
           count(e.due_at) FILTER (WHERE e.closed_at IS NOT NULL) AS timed
      FROM event AS e
     WHERE e.reported_at >= :since AND e.reported_at < :until
       AND (:is_root OR e.basic_grid_id = ANY(CAST(:grids AS bigint[])))
     GROUP BY e.basic_grid_id
)
SELECT CASE WHEN :by_grid THEN p.code ELSE p.child END AS code,
       count(p.grid_id) AS basic_grids,
       CAST(coalesce(sum(c.total), 0) AS bigint) AS total,
       CAST(coalesce(sum(c.closed), 0) AS bigint) AS closed,
       CAST(coalesce(sum(c.total - c.closed), 0) AS bigint) AS open,
       CAST(coalesce(sum(c.overdue), 0) AS bigint) AS overdue,
       CAST(coalesce(sum(c.on_time), 0) AS bigint) AS on_time,
       CAST(coalesce(sum(c.timed), 0) AS bigint) AS timed,
       CAST(coalesce(sum(c.total) FILTER (WHERE p.grid_id IS NULL AND c.basic_grid_id IS NULL), 0)
            AS bigint) AS outside
  FROM place AS p FULL JOIN counted AS c ON c.basic_grid_id = p.grid_id
 GROUP BY 1
 ORDER BY 1
