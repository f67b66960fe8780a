-- Reports and closings by day in Asia/Shanghai. date_bin: a third of the time of a time zone.
WITH counted AS (
    SELECT date_bin('1 day', e.reported_at, TIMESTAMPTZ '2000-01-01 00:00+08') AS midnight,
           count(*) AS reported, 0 AS closed
      FROM event AS e
     WHERE e.reported_at >= :since AND e.reported_at < :until
       AND (:is_root OR e.basic_grid_id = ANY(CAST(:grids AS bigint[])))
     GROUP BY 1
    UNION ALL
    SELECT date_bin('1 day', e.closed_at, TIMESTAMPTZ '2000-01-01 00:00+08'), 0, count(*)
      FROM event AS e
     WHERE e.closed_at >= :since AND e.closed_at < :until
       -- Nothing is closed before it is reported.
       AND e.reported_at < :until
       AND (:is_root OR e.basic_grid_id = ANY(CAST(:grids AS bigint[])))
     GROUP BY 1
)
SELECT CAST(c.midnight AT TIME ZONE 'Asia/Shanghai' AS date) AS day,
       CAST(sum(c.reported) AS bigint) AS reported,
       CAST(sum(c.closed) AS bigint) AS closed
  FROM counted AS c
 GROUP BY c.midnight
 ORDER BY c.midnight
