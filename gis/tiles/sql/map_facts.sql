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
       o.grids
  FROM deployment AS p
  JOIN division AS d ON d.code = coalesce(CAST(:home AS varchar), p.root_code)
  LEFT JOIN LATERAL (SELECT generation, effective_from FROM generation
                      ORDER BY generation DESC LIMIT 1) AS g ON true
  LEFT JOIN LATERAL (SELECT ST_Extent(v.geom) AS box, count(*) AS grids
                       FROM grid_version AS v
                      WHERE v.generations @> g.generation) AS o ON true
