-- The working state of a rollback: the rows of old versions, on the versions that hold now.
INSERT INTO changeset_grid (
    county_code, changeset_id, code, base_version_id, action, name, kind, division_code, geom,
    attributes)
SELECT :county, :id, s.code, s.now_id, s.action, coalesce(v.name, n.name),
       coalesce(v.kind, n.kind), coalesce(v.division_code, n.division_code), v.geom,
       coalesce(v.attributes, '{}')
  FROM unnest(CAST(:codes AS text[]), CAST(:actions AS text[]), CAST(:now AS bigint[]),
              CAST(:then AS bigint[])) AS s (code, action, now_id, then_id)
  LEFT JOIN grid_version AS v ON v.county_code = :county AND v.grid_version_id = s.then_id
  -- A grid that goes is told of by what it is now: in which layer, and whose.
  LEFT JOIN grid_version AS n ON n.county_code = :county AND n.grid_version_id = s.now_id
