-- What touches some boxes now, and what touches that. The inner selects end with OFFSET 0: each
-- row is looked up by its key then, and never found by reading a whole province.
WITH box AS (
    SELECT ST_MakeEnvelope(west, south, east, north, 4490) AS box
      FROM unnest(CAST(:west AS float8[]), CAST(:south AS float8[]),
                  CAST(:east AS float8[]), CAST(:north AS float8[])) AS b(west, south, east, north)
), first AS MATERIALIZED (
    SELECT DISTINCT ON (v.county_code, v.grid_version_id) v.county_code, v.grid_version_id, v.box
      FROM box CROSS JOIN LATERAL (
            SELECT county_code, grid_version_id, ST_Envelope(geom) AS box
              FROM grid_version
             WHERE geom && box.box AND upper_inf(generations) AND upper_inf(valid)
            OFFSET 0) AS v
), near AS MATERIALIZED (
    SELECT DISTINCT v.county_code, v.grid_version_id
      FROM first CROSS JOIN LATERAL (
            SELECT county_code, grid_version_id
              FROM grid_version
             WHERE geom && first.box AND upper_inf(generations) AND upper_inf(valid)
            OFFSET 0) AS v
)
SELECT v.county_code, v.grid_version_id, v.grid_id, v.code, v.name, v.kind, v.division_code,
       v.attributes, v.colour_index, v.bounds_text, lower(v.valid) AS valid_from,
       ST_AsBinary(v.geom) AS wkb
  FROM near CROSS JOIN LATERAL (
        SELECT * FROM grid_version AS w
         WHERE w.county_code = near.county_code AND w.grid_version_id = near.grid_version_id
        OFFSET 0) AS v
