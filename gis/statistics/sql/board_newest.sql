WITH newest AS MATERIALIZED (
    SELECT e.county_code, e.event_id, e.event_no, e.title, e.category_code, e.level,
           e.reported_at, e.state, e.basic_grid_id, e.exclusive_grid_id
      FROM event AS e
     WHERE e.reported_at >= :since AND e.reported_at < :until
       AND (:is_root OR e.basic_grid_id = ANY(CAST(:grids AS bigint[])))
     ORDER BY e.reported_at DESC, e.event_id DESC
     LIMIT :limit
)
SELECT n.event_no, n.title, n.category_code, n.level, n.reported_at, n.state,
       coalesce(x.code, b.code) AS grid,
       coalesce(x.name, b.name) AS grid_name,
       b.division_code AS division
  FROM newest AS n
  LEFT JOIN grid_version AS b
         ON b.county_code = n.county_code AND b.grid_id = n.basic_grid_id
        AND (b.generations @> CAST(:generation AS bigint) AND b.valid @> CAST(:day AS date)) IS TRUE
  LEFT JOIN grid_version AS x
         ON x.county_code = n.county_code AND x.grid_id = n.exclusive_grid_id
        AND (x.generations @> CAST(:generation AS bigint) AND x.valid @> CAST(:day AS date)) IS TRUE
 ORDER BY n.reported_at DESC, n.event_id DESC
