INSERT INTO changeset_grid AS g (county_code, changeset_id, code, base_version_id, action, name,
                                 kind, division_code, geom, attributes, moved)
SELECT :county, :changeset_id, r.code, r.base_version_id, r.action, r.name, r.kind,
       r.division_code, CAST(r.geometry AS geometry), r.attributes, r.moved
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
        code varchar, base_version_id bigint, action varchar, name varchar, kind varchar,
        division_code varchar, geometry text, attributes jsonb, moved jsonb)
 WHERE r.action IS NOT NULL
    ON CONFLICT (county_code, changeset_id, code) DO UPDATE
       SET base_version_id = excluded.base_version_id, action = excluded.action,
           name = excluded.name, kind = excluded.kind, division_code = excluded.division_code,
           geom = excluded.geom, attributes = excluded.attributes, moved = excluded.moved
