-- Grids by the path of the division that they lie in, cut off below a level.
SELECT d.path[1 : :places] AS path,
       count(*) AS grids,
       count(*) FILTER (WHERE v.kind = 'rural') AS rural,
       count(*) FILTER (WHERE v.kind = 'community') AS community
  FROM grid_version AS v JOIN division AS d ON d.code = v.division_code
 WHERE (v.generations @> CAST(:generation AS bigint)) IS TRUE
   AND v.valid @> (SELECT max(g.effective_from) FROM generation AS g
                    WHERE g.generation <= :generation)
 GROUP BY 1
