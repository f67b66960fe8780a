-- Households filed into every basic grid of some townships.
SELECT left(v.division_code, 9) AS township, array_agg(v.code) AS codes,
       array_agg(filed.households) AS households
  FROM grid_version AS v,
       LATERAL (SELECT count(*) AS households FROM household WHERE basic_grid_id = v.grid_id)
       AS filed
 WHERE v.county_code = :county AND v.kind <> 'exclusive'
   AND v.division_code = ANY(ARRAY(
        SELECT code FROM division WHERE path && CAST(:townships AS varchar[])))
   AND upper_inf(v.generations) AND upper_inf(v.valid)
 GROUP BY 1
