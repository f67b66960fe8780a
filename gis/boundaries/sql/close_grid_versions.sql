-- End versions with a generation, and restate them in it for the days before the new ones hold.
WITH closed AS (
    UPDATE grid_version
       SET generations = int8range(lower(generations), :generation)
     WHERE county_code = ANY(:counties) AND grid_version_id = ANY(:ids)
    RETURNING *
)
INSERT INTO grid_version (
    county_code, grid_id, generations, valid, code, name, kind, division_code, geom, area_m2,
    perimeter_m, colour_index, label, label_radius_m, bounds_text, attributes)
SELECT county_code, grid_id, int8range(:generation, NULL), daterange(lower(valid), :effective_from),
       code, name, kind, division_code, geom, area_m2,
       perimeter_m, colour_index, label, label_radius_m, bounds_text, attributes
  FROM closed
 WHERE lower(valid) < :effective_from
