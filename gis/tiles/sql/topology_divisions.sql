-- Of a part, what lies above it is named in crumbs and drawn nowhere.
SELECT d.code, d.name, d.level, d.depth, d.parent_code, ST_AsBinary(o.geom) AS wkb
  FROM division AS d
  LEFT JOIN division_outline AS o
    ON o.division_code = d.code
   AND (CAST(:part AS varchar(12)[]) IS NULL
        OR o.division_code = ANY(CAST(:part AS varchar(12)[])))
   AND o.generations @> CAST(:generation AS bigint)
   AND o.valid @> (SELECT max(g.effective_from) FROM generation AS g
                    WHERE g.generation <= :generation)
 WHERE CAST(:part AS varchar(12)[]) IS NULL
    OR d.code = ANY(CAST(:part AS varchar(12)[]) || CAST(:above AS varchar(12)[]))
 ORDER BY d.depth, d.code COLLATE "C"
