SELECT v.grid_id, v.code, v.name, v.kind,
       v.division_code AS division, d.name AS division_name,
       v.area_m2, v.perimeter_m, v.colour_index,
       ARRAY[ST_X(v.label), ST_Y(v.label)] AS label, v.label_radius_m, v.bounds_text,
       lower(v.valid) AS valid_from, upper(v.valid) AS valid_to,
       CASE WHEN :with_geometry THEN ST_AsGeoJSON(v.geom, 7, 0) END AS geometry
  FROM grid_version AS v
  JOIN division AS d ON d.code = v.division_code
 WHERE v.generations @> CAST(:generation AS bigint)
   AND v.valid @> CAST(:day AS date)
   AND (CAST(:code AS text) IS NULL OR v.code = :code)
   AND (CAST(:kinds AS text[]) IS NULL OR v.kind = ANY(CAST(:kinds AS text[])))
   AND (CAST(:division AS text) IS NULL OR d.path @> CAST(ARRAY[:division] AS varchar(12)[]))
   AND (CAST(:west AS float8) IS NULL
        OR ST_Intersects(v.geom, ST_MakeEnvelope(:west, :south, :east, :north, 4490)))
   AND (CAST(:after AS text) IS NULL OR v.code > :after)
 ORDER BY v.code
 LIMIT :limit
