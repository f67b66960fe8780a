-- By category, not by class: to cut the code of each event short takes as long as to count it.
SELECT e.category_code,
       count(*) AS total,
       count(*) - count(e.closed_at) AS open,
       count(*) FILTER (WHERE e.resolved) AS resolved,
       count(e.satisfied) AS evaluated,
       count(*) FILTER (WHERE e.satisfied) AS satisfied
  FROM event AS e
 WHERE e.reported_at >= :since AND e.reported_at < :until
   AND (:is_root OR e.basic_grid_id = ANY(CAST(:grids AS bigint[])))
 GROUP BY e.category_code
