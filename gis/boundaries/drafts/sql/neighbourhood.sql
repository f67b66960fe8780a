-- The grids near an edit as a draft has them: those that are named, the exclusive ones that touch
-- a box, and all whose boxes touch one of theirs or one of the boxes. `gis.core.editing.Reach`.
WITH asked AS MATERIALIZED (
    SELECT ST_MakeEnvelope(west, south, east, north, 4490) AS box
      FROM unnest(CAST(:west AS float8[]), CAST(:south AS float8[]),
                  CAST(:east AS float8[]), CAST(:north AS float8[])) AS b(west, south, east, north)
), drafted AS MATERIALIZED (
    SELECT code, action, kind, division_code, name, attributes, base_version_id, geom, county_code
      FROM changeset_grid
     WHERE county_code = :county AND changeset_id = :changeset_id
), named AS MATERIALIZED (
    SELECT geom FROM drafted
     WHERE geom IS NOT NULL
       AND (code = ANY(CAST(:codes AS varchar[]))
            OR kind = 'exclusive' AND EXISTS (SELECT FROM asked WHERE box && drafted.geom))
    UNION ALL
    SELECT v.geom FROM grid_version AS v
     WHERE v.code = ANY(CAST(:codes AS varchar[]))
       AND upper_inf(v.generations) AND upper_inf(v.valid)
       AND NOT EXISTS (SELECT FROM drafted WHERE drafted.code = v.code)
    UNION ALL
    SELECT v.geom FROM asked JOIN grid_version AS v ON v.geom && asked.box
     WHERE v.kind = 'exclusive' AND upper_inf(v.generations) AND upper_inf(v.valid)
       AND NOT EXISTS (SELECT FROM drafted WHERE drafted.code = v.code)
), boxes AS MATERIALIZED (
    SELECT box FROM asked UNION ALL SELECT ST_Envelope(geom) FROM named
), found AS (
    SELECT code, kind, division_code, name, attributes, base_version_id, geom, county_code,
           true AS is_drafted
      FROM drafted
     WHERE geom IS NOT NULL AND EXISTS (SELECT FROM boxes WHERE box && drafted.geom)
    UNION ALL
    SELECT v.code, v.kind, v.division_code, v.name, v.attributes, v.grid_version_id, v.geom,
           v.county_code, false
      FROM grid_version AS v
     WHERE v.grid_version_id IN (
            SELECT n.grid_version_id FROM boxes JOIN grid_version AS n ON n.geom && boxes.box
             WHERE n.county_code = :county)
       AND v.county_code = :county
       AND upper_inf(v.generations) AND upper_inf(v.valid)
       AND NOT EXISTS (SELECT FROM drafted WHERE drafted.code = v.code)
)
SELECT f.code, f.kind, f.division_code, f.name, f.attributes, f.base_version_id, f.is_drafted,
       f.is_drafted AND f.base_version_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM grid_version AS b JOIN grid_version AS c USING (county_code, grid_id)
             WHERE b.county_code = f.county_code AND b.grid_version_id = f.base_version_id
               AND upper_inf(c.generations) AND upper_inf(c.valid)
               AND (c.grid_version_id = b.grid_version_id
                    OR (c.name, c.kind, c.division_code, c.attributes)
                       = (b.name, b.kind, b.division_code, b.attributes)
                       AND ST_AsBinary(c.geom) = ST_AsBinary(b.geom))) AS is_stale,
       CAST(:tops AS varchar[]) IS NULL
            OR d.path && CAST(:tops AS varchar[]) AS is_seen,
       t.name AS township_name,
       ST_AsBinary(f.geom) AS wkb
  FROM found AS f
  JOIN division AS d ON d.code = f.division_code
  LEFT JOIN division AS t ON t.code = left(f.division_code, 9) || '000'
 ORDER BY f.code
