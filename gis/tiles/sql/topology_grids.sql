-- Grids as known in a generation, on the last day on which one of its changes took effect.
SELECT v.code,
       v.name,
       v.kind,
       v.division_code,
       v.colour_index,
       ST_X(v.label) AS label_lon,
       ST_Y(v.label) AS label_lat,
       v.label_radius_m,
       v.area_m2,
       ST_AsBinary(v.geom) AS wkb
  FROM grid_version AS v
 -- No index on the ranges: nearly every grid is in them, against all estimates.
 WHERE (v.generations @> CAST(:generation AS bigint)) IS TRUE
   AND v.valid @> (SELECT max(g.effective_from) FROM generation AS g
                    WHERE g.generation <= :generation)
   AND (CAST(:part AS varchar(12)[]) IS NULL OR v.division_code = ANY(CAST(:part AS varchar(12)[])))
 ORDER BY v.code COLLATE "C"
