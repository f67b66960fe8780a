-- The working state of a rollback: the rows of old versions, on the versions that hold now.
INSERT INTO changeset_grid (
    county_code, changeset_id, code, base_version_id, action, name, kind, division_code, geom,
    attributes)
SELECT :county, :id, s.code, s.now_id, s.action, v.name, v.kind, v.division_code, v.geom,
       coalesce(v.attributes, '{}')
  FROM unnest(CAST(:codes AS text[]), CAST(:actions AS text[]), CAST(:now AS bigint[]),
              CAST(:then AS bigint[])) AS s (code, action, now_id, then_id)
  LEFT JOIN grid_version AS v ON v.county_code = :county AND v.grid_version_id = s.then_id
