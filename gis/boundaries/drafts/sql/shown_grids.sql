-- A grid is stale if others published it anew, not if merely its colour followed a neighbour.
-- Grids of the working state as they are shown; with codes, also those that it leaves alone.
WITH drafted AS (
    SELECT * FROM changeset_grid
     WHERE county_code = :county AND changeset_id = :changeset_id
       AND (CAST(:codes AS varchar[]) IS NULL OR code = ANY(CAST(:codes AS varchar[])))
), shown AS (
    SELECT g.code, g.action, g.name, g.kind, g.division_code, g.geom,
           g.action IN ('modify', 'retire') AND NOT EXISTS (
                SELECT FROM grid_version AS b JOIN grid_version AS c USING (county_code, grid_id)
                 WHERE b.county_code = g.county_code AND b.grid_version_id = g.base_version_id
                   AND upper_inf(c.generations) AND upper_inf(c.valid)
                   AND (c.grid_version_id = b.grid_version_id
                        OR (c.name, c.kind, c.division_code, c.attributes)
                           = (b.name, b.kind, b.division_code, b.attributes)
                           AND ST_AsBinary(c.geom) = ST_AsBinary(b.geom))) AS is_stale
      FROM drafted AS g
    UNION ALL
    SELECT v.code, NULL, v.name, v.kind, v.division_code, v.geom, false
      FROM grid_version AS v
     WHERE v.county_code = :county AND v.code = ANY(CAST(:codes AS varchar[]))
       AND upper_inf(v.generations) AND upper_inf(v.valid)
       AND NOT EXISTS (SELECT FROM drafted AS g WHERE g.code = v.code)
)
SELECT s.code, s.action, s.name, s.kind, s.division_code AS division,
       ST_Area(CAST(s.geom AS geography)) AS area_m2, s.is_stale,
       ST_AsGeoJSON(s.geom, 7, 0) AS geometry
  FROM shown AS s
  JOIN division AS d ON d.code = s.division_code
 WHERE CAST(:tops AS varchar[]) IS NULL OR d.path && CAST(:tops AS varchar[])
 ORDER BY s.code
