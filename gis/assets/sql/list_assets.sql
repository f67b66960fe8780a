SELECT a.asset_id, a.kind, a.external_id, a.name, a.status,
       ST_AsGeoJSON(a.geom, 7, 0) AS geometry,
       v.code AS grid, v.division_code AS division
  FROM asset AS a
  LEFT JOIN grid_version AS v
         ON v.county_code = a.county_code AND v.grid_id = a.basic_grid_id
        AND v.generations @> CAST(:generation AS bigint)
        AND v.valid @> CAST(:day AS date)
 WHERE (CAST(:after AS bigint) IS NULL OR a.asset_id > CAST(:after AS bigint))
   AND (CAST(:kind AS text) IS NULL OR a.kind = :kind)
   AND (CAST(:west AS float8) IS NULL
        OR a.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4490))
   -- At the root nothing is left out, so that an asset outside every grid shows there.
   AND (CAST(:division AS text) IS NULL
        OR EXISTS (SELECT FROM deployment WHERE root_code = :division)
        OR v.division_code IN (
           SELECT d.code FROM division AS d
            WHERE d.path @> CAST(ARRAY[:division] AS varchar(12)[])))
 ORDER BY a.asset_id
 LIMIT :limit
