-- Events by cell of a Lambert cylindrical equal-area lattice (EPSG method 9835): every cell has
-- exactly cell_m² of ground, at any latitude, so a count divided by it is a density.
--   radius_m   semi-major axis times the cosine-like scale of the standard parallel (x)
--   scale      semi-major axis / (2 × that scale)                                   (y)
--   e          first eccentricity of the ellipsoid
WITH chosen AS (
    SELECT radians(ST_X(e.geom)) AS lambda, sin(radians(ST_Y(e.geom))) AS s
      FROM event AS e
     WHERE e.reported_at >= :since AND e.reported_at < :until
       AND e.category_code LIKE :category
       AND (CAST(:part AS varchar(12)[]) IS NULL
            OR e.basic_grid_id = ANY(ARRAY(SELECT v.grid_id FROM grid_version AS v
                                            WHERE v.division_code
                                                  = ANY(CAST(:part AS varchar(12)[])))))
)
SELECT floor(:radius_m * lambda / :cell_m)::bigint AS "column",
       floor(:scale * (1 - :e * :e)
             * (s / (1 - :e * :e * s * s)
                - ln((1 - :e * s) / (1 + :e * s)) / (2 * :e)) / :cell_m)::bigint AS "row",
       count(*) AS events
  FROM chosen
 GROUP BY 1, 2
 ORDER BY 2, 1
