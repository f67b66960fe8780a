WITH own AS (
    SELECT v.*, lag(v.grid_version_id) OVER (ORDER BY lower(v.generations), lower(v.valid)) AS prior
      FROM grid_version AS v
     WHERE v.grid_id IN (SELECT grid_id FROM grid_version WHERE code = :code)
)
SELECT v.code, v.name, v.kind, v.division_code AS division, v.area_m2,
       lower(v.generations) AS first_generation, upper(v.generations) - 1 AS last_generation,
       lower(v.valid) AS valid_from, upper(v.valid) AS valid_to,
       CASE WHEN v.prior IS NULL THEN ARRAY['created'] ELSE array_remove(ARRAY[
           CASE WHEN v.code <> p.code THEN 'code' END,
           CASE WHEN v.name <> p.name THEN 'name' END,
           CASE WHEN v.kind <> p.kind THEN 'kind' END,
           CASE WHEN v.division_code <> p.division_code THEN 'division' END,
           CASE WHEN ST_AsBinary(v.geom) <> ST_AsBinary(p.geom) THEN 'shape' END,
           CASE WHEN v.attributes <> p.attributes THEN 'attributes' END], NULL) END AS changes,
       g.published_at,
       CASE WHEN g.changeset_id IS NULL OR c.changeset_id IS NOT NULL
            THEN g.published_by END AS published_by,
       CASE WHEN g.changeset_id IS NULL OR c.changeset_id IS NOT NULL THEN g.note END AS note,
       c.changeset_id,
       CASE WHEN :with_geometry THEN ST_AsGeoJSON(v.geom, 7, 0) END AS geometry
  FROM own AS v
  JOIN generation AS g ON g.generation = lower(v.generations)
  LEFT JOIN own AS p ON p.grid_version_id = v.prior
  LEFT JOIN changeset AS c ON c.changeset_id = g.changeset_id
 ORDER BY lower(v.generations), lower(v.valid)
