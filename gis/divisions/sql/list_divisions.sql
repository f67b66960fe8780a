SELECT d.code, d.name, d.level, d.depth, d.parent_code AS parent, d.path, d.is_admin,
       o.area_m2,
       CASE WHEN :with_geometry THEN ST_AsGeoJSON(o.geom, 7, 0) END AS geometry
  FROM division AS d
  LEFT JOIN division_outline AS o
         ON o.county_code = d.county_code
        AND o.division_code = d.code
        AND o.generations @> CAST(:generation AS bigint)
        AND o.valid @> CAST(:day AS date)
 WHERE (CAST(:code AS text) IS NULL OR d.code = :code)
   AND (CAST(:parent AS text) IS NULL OR d.parent_code = :parent)
   AND (CAST(:level AS text) IS NULL OR d.level = :level)
   AND (CAST(:within AS text) IS NULL OR d.path @> CAST(ARRAY[:within] AS varchar(12)[]))
   AND (CAST(:after AS text) IS NULL OR d.code > :after)
 ORDER BY d.code
 LIMIT :limit
