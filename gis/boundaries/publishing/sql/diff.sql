WITH old AS (
    SELECT * FROM grid_version
     WHERE generations @> CAST(:against AS bigint) AND upper_inf(valid)
       AND NOT generations @> CAST(:generation AS bigint)),
new AS (
    SELECT * FROM grid_version
     WHERE generations @> CAST(:generation AS bigint) AND upper_inf(valid)
       AND NOT generations @> CAST(:against AS bigint)),
pair AS (
    SELECT coalesce(n.code, o.code) AS code, coalesce(n.name, o.name) AS name,
           coalesce(n.kind, o.kind) AS kind, coalesce(n.division_code, o.division_code) AS division,
           o.area_m2 AS area_before_m2, n.area_m2 AS area_after_m2,
           (o.name, o.kind, o.division_code, o.attributes)
               = (n.name, n.kind, n.division_code, n.attributes) AS is_same_given,
           ST_AsBinary(o.geom) AS old_wkb, ST_AsBinary(n.geom) AS new_wkb,
           coalesce(n.geom, o.geom) AS geom
      FROM old AS o FULL JOIN new AS n ON n.county_code = o.county_code AND n.grid_id = o.grid_id)
SELECT code, name, kind, division, area_before_m2, area_after_m2, is_same_given, old_wkb, new_wkb,
       CASE WHEN :with_geometry THEN ST_AsGeoJSON(geom, 7) END AS geometry
  FROM pair
 WHERE is_same_given IS NOT TRUE OR old_wkb <> new_wkb
 ORDER BY code COLLATE "C"
