, grid_version AS (
    -- Every grid once: as it is by these boundaries, or as it was last where it is no more.
    SELECT DISTINCT ON (v.grid_id) v.grid_id, v.kind, v.division_code,
           int8range(NULL, NULL) AS generations, daterange(NULL, NULL) AS valid
      FROM grid_version AS v
     ORDER BY v.grid_id, v.generations @> CAST(:generation AS bigint)
                         AND v.valid @> CAST(:day AS date) DESC,
              lower(v.generations) DESC, lower(v.valid) DESC
)
