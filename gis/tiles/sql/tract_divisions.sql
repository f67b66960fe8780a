-- Divisions down to a level with their outlines, parents first.
SELECT d.code, d.name, d.level, d.depth, d.parent_code,
       o.area_m2, ST_AsBinary(o.geom) AS wkb
  FROM division AS d
  LEFT JOIN division_outline AS o
    ON o.county_code = d.county_code
   AND o.division_code = d.code
   AND o.generations @> CAST(:generation AS bigint)
   AND o.valid @> (SELECT max(g.effective_from) FROM generation AS g
                    WHERE g.generation <= :generation)
 WHERE d.depth <= :depth
 ORDER BY d.depth, d.code COLLATE "C"
