SELECT p.profile,
       d.code AS home_code,
       d.code = p.root_code AS is_root,
       p.is_schematic,
       p.seed,
       p.fraction,
       d.name AS home_name,
       g.generation,
       g.effective_from,
       (SELECT min(e.reported_at) FROM event AS e) AS first_event_at,
       (SELECT max(e.reported_at) FROM event AS e) AS last_event_at,
       ST_XMin(o.box) AS west, ST_YMin(o.box) AS south,
       ST_XMax(o.box) AS east, ST_YMax(o.box) AS north,
       n.grids,
       n.grids > :most AS is_large
  FROM deployment AS p
  JOIN division AS d ON d.code = coalesce(CAST(:home AS varchar), p.root_code)
  LEFT JOIN LATERAL (SELECT generation, effective_from FROM generation
                      ORDER BY generation DESC LIMIT 1) AS g ON true
  -- Many grids are neither counted nor measured for a page: their outline tells where they are.
  LEFT JOIN LATERAL (SELECT count(*) AS grids
                       FROM (SELECT FROM grid_version AS v
                              WHERE (v.generations @> g.generation) IS TRUE
                              LIMIT :most + 1) AS counted) AS n ON true
  LEFT JOIN LATERAL (SELECT ST_Extent(land.geom) AS box
                       FROM (SELECT v.geom FROM grid_version AS v
                              WHERE v.generations @> g.generation AND n.grids <= :most
                             UNION ALL
                             SELECT l.geom FROM division_outline AS l
                              WHERE l.generations @> g.generation AND n.grids > :most
                                AND l.division_code = ANY(coalesce(CAST(:tops AS varchar(12)[]),
                                                                   ARRAY[d.code]))) AS land) AS o
         ON true
