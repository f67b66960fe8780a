-- Reported events by step and cell of the equal-area lattice of gis/tiles/sql/heat.sql.
WITH chosen AS (
    SELECT width_bucket(e.reported_at, CAST(:edges AS timestamptz[])) AS step,
           radians(ST_X(e.geom)) AS lambda, sin(radians(ST_Y(e.geom))) AS s
      FROM event AS e
     WHERE e.reported_at >= :since AND e.reported_at < :until
       AND e.category_code LIKE :category
       AND (CAST(:division AS text) IS NULL OR e.basic_grid_id IN (
            SELECT v.grid_id FROM grid_version AS v JOIN division AS d ON d.code = v.division_code
             WHERE d.path @> CAST(ARRAY[:division] AS varchar(12)[])
               AND v.kind <> 'exclusive' AND upper_inf(v.generations) AND upper_inf(v.valid)))
)
SELECT step,
       floor(:radius_m * lambda / :cell_m)::int AS "column",
       floor(:scale * (1 - :e * :e)
             * (s / (1 - :e * :e * s * s)
                - ln((1 - :e * s) / (1 + :e * s)) / (2 * :e)) / :cell_m)::int AS "row",
       count(*)::int AS events
  FROM chosen
 GROUP BY 1, 2, 3
 ORDER BY 1, 3, 2
