-- Grouped by month and class at once; what is asked for is summed up by the caller.
-- By the grids of then: what came after the boundaries that are asked about is taken back, and what
-- came after the event was closed.
SELECT to_char(e.reported_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month,
       left(e.category_code, 2) AS category_class,
       count(*) AS total,
       count(e.closed_at) AS closed,
       count(*) - count(e.closed_at) AS open,
       count(*) FILTER (WHERE e.closed_at IS NULL AND e.due_at < :now) AS overdue,
       count(*) FILTER (WHERE e.closed_at <= e.due_at) AS on_time,
       count(e.due_at) FILTER (WHERE e.closed_at IS NOT NULL) AS timed,
       count(e.satisfied) AS evaluated,
       count(*) FILTER (WHERE e.satisfied) AS satisfied,
       count(*) FILTER (WHERE e.category_code LIKE '01%') AS disputes,
       count(*) FILTER (WHERE e.category_code LIKE '01%' AND e.resolved) AS disputes_resolved
  FROM event AS e
  LEFT JOIN LATERAL (
    SELECT r.from_basic_grid_id AS basic, r.from_exclusive_grid_id AS exclusive, true AS moved
      FROM refiling AS r JOIN generation AS g USING (generation)
     WHERE :of_then AND r.subject = 'event' AND r.subject_id = e.event_id
       AND r.county_code = e.county_code
       AND (r.generation > CAST(:generation AS bigint)
            OR g.effective_from > CAST(:day AS date)
            OR (e.closed_at AT TIME ZONE 'Asia/Shanghai')::date < g.effective_from)
     ORDER BY r.generation LIMIT 1) AS was ON :of_then
 WHERE (e.basic_grid_id = :grid_id OR e.exclusive_grid_id = :grid_id
        OR :of_then AND e.event_id IN (
            SELECT subject_id FROM refiling
             WHERE subject = 'event' AND :grid_id IN (from_basic_grid_id, from_exclusive_grid_id)))
   AND CASE WHEN :is_exclusive
            THEN CASE WHEN was.moved THEN was.exclusive ELSE e.exclusive_grid_id END
            ELSE CASE WHEN was.moved THEN was.basic ELSE e.basic_grid_id END
       END = :grid_id
   AND (CAST(:from_day AS date) IS NULL
        OR e.reported_at >= CAST(CAST(:from_day AS date) AS timestamp)
                            AT TIME ZONE 'Asia/Shanghai')
   AND (CAST(:to_day AS date) IS NULL
        OR e.reported_at < CAST(CAST(:to_day AS date) + 1 AS timestamp)
                           AT TIME ZONE 'Asia/Shanghai')
 GROUP BY 1, 2
 ORDER BY 1, 2
