SELECT a.kind, count(*) AS number
  FROM asset AS a
 WHERE :is_root OR a.basic_grid_id IN (
        SELECT v.grid_id FROM grid_version AS v JOIN division AS d ON d.code = v.division_code
         WHERE d.path @> CAST(ARRAY[:division] AS varchar(12)[])
           AND v.kind <> 'exclusive'
           AND v.generations @> CAST(:generation AS bigint)
           AND v.valid @> CAST(:day AS date))
 GROUP BY a.kind
 ORDER BY a.kind
