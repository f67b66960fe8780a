SELECT count(*) AS total,
       count(e.closed_at) AS closed,
       count(*) - count(e.closed_at) AS open,
       count(*) FILTER (WHERE e.closed_at IS NULL AND e.due_at < :now) AS overdue,
       count(*) FILTER (WHERE e.closed_at <= e.due_at) AS on_time,
       count(e.due_at) FILTER (WHERE e.closed_at IS NOT NULL) AS timed,
       count(e.satisfied) AS evaluated,
       count(*) FILTER (WHERE e.satisfied) AS satisfied,
       count(*) FILTER (WHERE e.category_code LIKE '01%') AS disputes,
       count(*) FILTER (WHERE e.category_code LIKE '01%' AND e.resolved) AS disputes_resolved,
       count(*) FILTER (WHERE e.basic_grid_id IS NULL) AS outside
  FROM event AS e
 WHERE (CAST(:from_day AS date) IS NULL
        OR e.reported_at >= CAST(CAST(:from_day AS date) AS timestamp)
                            AT TIME ZONE 'Asia/Shanghai')
   AND (CAST(:to_day AS date) IS NULL
        OR e.reported_at < CAST(CAST(:to_day AS date) + 1 AS timestamp)
                           AT TIME ZONE 'Asia/Shanghai')
   AND (:is_root OR e.basic_grid_id IN (
        SELECT v.grid_id FROM grid_version AS v JOIN division AS d ON d.code = v.division_code
         WHERE d.path @> CAST(ARRAY[:division] AS varchar(12)[])
           AND v.kind <> 'exclusive'
           AND v.generations @> CAST(:generation AS bigint)
           AND v.valid @> CAST(:day AS date)))
