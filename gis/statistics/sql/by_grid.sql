-- One row a grid. A household or an event counts for the basic grid that it lies in, and for the
-- exclusive grid over it as well: the basic rows add up to the whole, exclusive rows are a part.
-- Grouped by the number of the grid alone, which an index has in its order.
WITH happened AS MATERIALIZED (
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
       AND (CAST(:grids AS bigint[]) IS NULL
            OR e.basic_grid_id = ANY(CAST(:grids AS bigint[])))
     GROUP BY e.basic_grid_id
    UNION ALL
    SELECT e.exclusive_grid_id, count(*),
           count(e.closed_at),
           count(*) FILTER (WHERE e.closed_at IS NULL AND e.due_at < :now),
           count(*) FILTER (WHERE e.closed_at <= e.due_at),
           count(*) FILTER (WHERE e.category_code >= '01' AND e.category_code < '02'),
           count(*) FILTER (WHERE e.category_code >= '01' AND e.category_code < '02'
                              AND e.resolved)
      FROM event AS e
     WHERE e.reported_at >= :since AND e.reported_at < :until
       AND e.category_code LIKE :category
       AND e.exclusive_grid_id IS NOT NULL
       AND (CAST(:grids AS bigint[]) IS NULL
            OR e.exclusive_grid_id = ANY(CAST(:grids AS bigint[])))
     GROUP BY e.exclusive_grid_id
), living AS MATERIALIZED (
    SELECT h.basic_grid_id AS grid_id, count(*) AS households,
           sum(h.resident_count) AS people, sum(h.party_member_count) AS party_members
      FROM household AS h
     WHERE h.basic_grid_id IS NOT NULL
       AND (CAST(:grids AS bigint[]) IS NULL
            OR h.basic_grid_id = ANY(CAST(:grids AS bigint[])))
     GROUP BY h.basic_grid_id
    UNION ALL
    SELECT h.exclusive_grid_id, count(*), sum(h.resident_count), sum(h.party_member_count)
      FROM household AS h
     WHERE h.exclusive_grid_id IS NOT NULL
       AND (CAST(:grids AS bigint[]) IS NULL
            OR h.exclusive_grid_id = ANY(CAST(:grids AS bigint[])))
     GROUP BY h.exclusive_grid_id
)
SELECT v.code, v.division_code, v.kind,
       coalesce(h.events, 0) AS events,
       coalesce(h.closed, 0) AS closed,
       coalesce(h.events - h.closed, 0) AS open,
       coalesce(h.overdue, 0) AS overdue,
       coalesce(h.on_time, 0) AS on_time,
       coalesce(h.disputes, 0) AS disputes,
       coalesce(h.resolved, 0) AS resolved,
       coalesce(l.households, 0) AS households,
       coalesce(l.people, 0) AS people,
       coalesce(l.party_members, 0) AS party_members
  FROM grid_version AS v
  LEFT JOIN happened AS h ON h.grid_id = v.grid_id
  LEFT JOIN living AS l ON l.grid_id = v.grid_id
 WHERE (v.generations @> CAST(:generation AS bigint)
        AND v.valid @> CAST(:day AS date)) IS TRUE
   AND (CAST(:grids AS bigint[]) IS NULL OR v.grid_id = ANY(CAST(:grids AS bigint[])))
 ORDER BY v.code COLLATE "C"
