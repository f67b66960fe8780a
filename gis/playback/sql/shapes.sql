-- Grids of a generation below a division, and the division right below it that each lies in.
SELECT v.code, v.kind, coalesce(d.path[array_position(d.path, top.code) + 1], d.code) AS part,
       ST_AsBinary(v.geom) AS wkb
  FROM grid_version AS v
  JOIN division AS d ON d.code = v.division_code
  JOIN division AS top ON d.path @> ARRAY[top.code]
 WHERE top.code = :division
   AND v.generations @> CAST(:generation AS bigint)
   AND v.valid @> (SELECT max(g.effective_from) FROM generation AS g
                    WHERE g.generation <= :generation)
 ORDER BY v.code COLLATE "C"
