WITH shape AS MATERIALIZED (
    SELECT grid_id, code, kind = 'exclusive' AS is_exclusive, geom, lattice(geom) AS exact
      FROM grid_version
     WHERE generations @> CAST(:generation AS bigint) AND valid @> CAST(:day AS date)),
over AS (
    SELECT p.event_id, s.is_exclusive,
           (array_agg(s.grid_id ORDER BY s.code COLLATE "C"))[1] AS grid_id
      FROM shape AS s
      JOIN event AS p ON p.geom && s.geom AND ST_Covers(s.exact, lattice(p.geom))
     GROUP BY p.event_id, s.is_exclusive),
expected AS (
    SELECT event_id,
           max(grid_id) FILTER (WHERE NOT is_exclusive) AS basic,
           max(grid_id) FILTER (WHERE is_exclusive) AS exclusive
      FROM over
     GROUP BY event_id)
SELECT p.event_no AS label, ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat,
       p.basic_grid_id AS basic, p.exclusive_grid_id AS exclusive,
       e.basic AS expected_basic, e.exclusive AS expected_exclusive
  FROM event AS p
  LEFT JOIN expected AS e USING (event_id)
 WHERE (p.basic_grid_id IS DISTINCT FROM e.basic
        OR p.exclusive_grid_id IS DISTINCT FROM e.exclusive)
   AND (CAST(:grid_ids AS bigint[]) IS NULL
        OR p.basic_grid_id = ANY(:grid_ids) OR e.basic = ANY(:grid_ids))
 ORDER BY p.event_id
