-- What the rows of a board's ranking are: the children of a division, or else its basic grids.
SELECT c.code, c.name, c.level
  FROM division AS c
 WHERE c.parent_code = :division
UNION ALL
SELECT v.code, v.name, 'grid'
  FROM grid_version AS v
 WHERE v.division_code = :division AND v.kind <> 'exclusive'
   AND v.generations @> CAST(:generation AS bigint)
   AND v.valid @> CAST(:day AS date)
   AND NOT EXISTS (SELECT FROM division WHERE parent_code = :division)
 ORDER BY 1
