-- Lineage whose shares do not add up, and filing that is not where the last publication put it.
SELECT v.code AS subject, 'lineage' AS kind, l.generation
  FROM (SELECT county_code, generation, parent_id FROM lineage
         GROUP BY county_code, generation, parent_id
        HAVING abs(sum(area_share) - 1) > 1e-9 OR abs(sum(household_share) - 1) > 1e-9) AS l
 CROSS JOIN LATERAL (SELECT code FROM grid_version AS g
                      WHERE g.county_code = l.county_code AND g.grid_id = l.parent_id
                      LIMIT 1) AS v
UNION ALL
SELECT coalesce(h.household_no, e.event_no, last.subject_id::text), last.subject, last.generation
  FROM (SELECT DISTINCT ON (county_code, subject, subject_id) *
          FROM refiling ORDER BY county_code, subject, subject_id, generation DESC) AS last
  LEFT JOIN household AS h ON last.subject = 'household' AND h.county_code = last.county_code
   AND h.household_id = last.subject_id
  LEFT JOIN event AS e ON last.subject = 'event' AND e.county_code = last.county_code
   AND e.event_id = last.subject_id
 WHERE (last.to_basic_grid_id, last.to_exclusive_grid_id)
       IS DISTINCT FROM (coalesce(h.basic_grid_id, e.basic_grid_id),
                         coalesce(h.exclusive_grid_id, e.exclusive_grid_id))
 ORDER BY 2, 1
