-- What divisions are made of: the divisions right below them that hold grids, and their own grids.
SELECT d.parent_code AS code, ST_AsBinary(o.geom) AS wkb
  FROM division AS d
  JOIN division_outline AS o ON o.division_code = d.code
 WHERE d.parent_code = ANY(:codes) AND upper_inf(o.generations) AND upper_inf(o.valid)
UNION ALL
SELECT division_code, ST_AsBinary(geom)
  FROM grid_version
 WHERE division_code = ANY(:codes) AND kind <> 'exclusive'
   AND upper_inf(generations) AND upper_inf(valid)
