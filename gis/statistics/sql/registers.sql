-- What the register (一览表) says of every grid: its bounds in words, heads, workers by role.
SELECT v.code, v.name, v.bounds_text, v.division_code,
       coalesce(w.heads, '{}') AS heads,
       coalesce(w.workers, '{}'::jsonb) AS workers
  FROM grid_version AS v
  LEFT JOIN LATERAL (
      SELECT array_agg(s.name ORDER BY s.staff_no) FILTER (WHERE p.role = 'grid_head') AS heads,
             jsonb_object_agg(p.role, p.number) FILTER (WHERE p.role <> 'grid_head') AS workers
        FROM (SELECT role, staff_id, county_code,
                     count(*) OVER (PARTITION BY role) AS number
                FROM posting
               WHERE county_code = v.county_code AND grid_id = v.grid_id
                 AND valid @> CAST(:day AS date)) AS p
        JOIN staff AS s ON s.county_code = p.county_code AND s.staff_id = p.staff_id
  ) AS w ON true
 WHERE v.generations @> CAST(:generation AS bigint)
   AND v.valid @> CAST(:day AS date)
 ORDER BY v.code
