-- The same for the outlines of divisions.
WITH closed AS (
    UPDATE division_outline
       SET generations = int8range(lower(generations), :generation)
     WHERE (division_code = ANY(:codes) OR county_code = ANY(:counties))
       AND upper_inf(generations) AND upper_inf(valid)
    RETURNING *
)
INSERT INTO division_outline (county_code, division_code, generations, valid, geom, area_m2)
SELECT county_code, division_code, int8range(:generation, NULL),
       daterange(lower(valid), :effective_from), geom, area_m2
  FROM closed
 WHERE lower(valid) < :effective_from
