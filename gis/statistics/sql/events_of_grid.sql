-- Grouped by month and class at once; what is asked for is summed up by the caller.
SELECT to_char(e.reported_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month,
       left(e.category_code, 2) AS category_class,
       count(*) AS total,
       count(e.closed_at) AS closed,
       count(*) - count(e.closed_at) AS open,
       count(e.satisfied) AS evaluated,
       count(*) FILTER (WHERE e.satisfied) AS satisfied,
       count(*) FILTER (WHERE e.category_code LIKE '01%') AS disputes,
       count(*) FILTER (WHERE e.category_code LIKE '01%' AND e.resolved) AS disputes_resolved
  FROM event AS e
 WHERE ((NOT :is_exclusive AND e.basic_grid_id = :grid_id)
        OR (:is_exclusive AND e.exclusive_grid_id = :grid_id))
   AND (CAST(:from_day AS date) IS NULL
        OR e.reported_at >= CAST(CAST(:from_day AS date) AS timestamp)
                            AT TIME ZONE 'Asia/Shanghai')
   AND (CAST(:to_day AS date) IS NULL
        OR e.reported_at < CAST(CAST(:to_day AS date) + 1 AS timestamp)
                           AT TIME ZONE 'Asia/Shanghai')
 GROUP BY 1, 2
 ORDER BY 1, 2
