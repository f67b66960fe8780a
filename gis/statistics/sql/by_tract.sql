-- Events by the divisions that stand for their grids on an overview: those on the given level, or the
-- lowest where a way down ends above it. Only those that are seen as a whole; what lies above an
-- area has no outline there. Exclusive grids lie over the basic ones and would count twice.
WITH place AS MATERIALIZED (
    SELECT v.grid_id, coalesce(d.path[:places], v.division_code) AS code
      FROM grid_version AS v JOIN division AS d ON d.code = v.division_code
     WHERE v.kind <> 'exclusive'
       -- No index on the ranges: nearly every grid is in them, against all estimates.
       AND (v.generations @> CAST(:generation AS bigint)
            AND v.valid @> CAST(:day AS date)) IS TRUE
), happened AS MATERIALIZED (
    SELECT e.basic_grid_id AS grid_id, count(*) AS events,
           count(e.closed_at) AS closed,
           count(*) FILTER (WHERE e.closed_at IS NULL AND e.due_at < :now) AS overdue,
           count(*) FILTER (WHERE e.closed_at <= e.due_at) AS on_time,
           count(*) FILTER (WHERE e.category_code >= '01' AND e.category_code < '02') AS disputes,
           count(*) FILTER (WHERE e.category_code >= '01' AND e.category_code < '02'
                              AND e.resolved) AS resolved
      FROM event AS e
     WHERE e.reported_at >= :since AND e.reported_at < :until
       AND e.category_code LIKE :category
       AND e.basic_grid_id IS NOT NULL
     GROUP BY e.basic_grid_id
), summed AS (
    SELECT p.code,
           sum(h.events) AS events, sum(h.closed) AS closed, sum(h.overdue) AS overdue,
           sum(h.on_time) AS on_time, sum(h.disputes) AS disputes, sum(h.resolved) AS resolved
      FROM place AS p
      LEFT JOIN happened AS h ON h.grid_id = p.grid_id
     GROUP BY p.code
)
SELECT s.code, d.parent_code,
       coalesce(s.events, 0) AS events,
       coalesce(s.closed, 0) AS closed,
       coalesce(s.events - s.closed, 0) AS open,
       coalesce(s.overdue, 0) AS overdue,
       coalesce(s.on_time, 0) AS on_time,
       coalesce(s.disputes, 0) AS disputes,
       coalesce(s.resolved, 0) AS resolved
  FROM summed AS s
  JOIN division AS d ON d.code = s.code
 WHERE EXISTS (SELECT FROM division_outline AS o
                WHERE o.county_code = d.county_code AND o.division_code = s.code
                  AND o.generations @> CAST(:generation AS bigint)
                  AND o.valid @> CAST(:day AS date))
 ORDER BY s.code COLLATE "C"
