-- Ranked: the exact code, a code that begins so, the exact name, a name that begins so, a name
-- that holds it. No LIKE: what people type is never a pattern.
WITH hit AS (
    SELECT 'grid' AS type, v.code, v.name, v.kind, v.division_code AS holder,
           v.label AS centre, v.geom,
           CASE WHEN v.code = :q THEN 0
                WHEN starts_with(v.code, :q) THEN 1
                WHEN lower(v.name) = lower(:q) THEN 2
                WHEN starts_with(lower(v.name), lower(:q)) THEN 3
                ELSE 4 END AS rank
      FROM grid_version AS v
     WHERE v.generations @> CAST(:generation AS bigint)
       AND v.valid @> CAST(:day AS date)
       AND (starts_with(v.code, :q) OR strpos(lower(v.name), lower(:q)) > 0)
    UNION ALL
    SELECT 'division', d.code, d.name, d.level, d.parent_code, NULL, o.geom,
           CASE WHEN d.code = :padded THEN 0
                WHEN starts_with(d.code, :q) THEN 1
                WHEN lower(d.name) = lower(:q) THEN 2
                WHEN starts_with(lower(d.name), lower(:q)) THEN 3
                ELSE 4 END
      FROM division AS d
      LEFT JOIN division_outline AS o
             ON o.county_code = d.county_code
            AND o.division_code = d.code
            AND o.generations @> CAST(:generation AS bigint)
            AND o.valid @> CAST(:day AS date)
     WHERE d.code = :padded OR starts_with(d.code, :q) OR strpos(lower(d.name), lower(:q)) > 0
), page AS (
    -- Divisions before grids: a village's name stands in the names of its grids, too.
    SELECT * FROM hit ORDER BY rank, type, code LIMIT :limit
)
SELECT p.type, p.code, p.name, p.kind,
       ARRAY(SELECT a.name FROM division AS h JOIN division AS a ON a.code = ANY(h.path)
              WHERE h.code = p.holder ORDER BY a.depth) AS path,
       round(ST_X(c.point)::numeric, 7)::float8 AS lon,
       round(ST_Y(c.point)::numeric, 7)::float8 AS lat,
       ST_XMin(p.geom) AS west, ST_YMin(p.geom) AS south,
       ST_XMax(p.geom) AS east, ST_YMax(p.geom) AS north
  FROM page AS p,
       LATERAL (SELECT coalesce(p.centre, ST_PointOnSurface(p.geom)) AS point) AS c
 ORDER BY p.rank, p.type, p.code
