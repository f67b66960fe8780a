-- One row a grid. A household or an event counts for the basic grid that it lies in, and for the
-- exclusive grid over it as well: the basic rows add up to the whole, exclusive rows are a part.
WITH chosen AS (
    SELECT e.county_code, e.basic_grid_id, e.exclusive_grid_id,
           e.closed_at IS NOT NULL AS is_closed,
           e.category_code LIKE '01%' AS is_dispute,
           e.resolved IS TRUE AS is_resolved
      FROM event AS e
     WHERE e.reported_at >= :since AND e.reported_at < :until
       AND e.category_code LIKE :category
), happened AS (
    SELECT county_code, grid_id, count(*) AS events,
           count(*) FILTER (WHERE is_closed) AS closed,
           count(*) FILTER (WHERE is_dispute) AS disputes,
           count(*) FILTER (WHERE is_dispute AND is_resolved) AS resolved
      FROM (SELECT county_code, basic_grid_id AS grid_id, is_closed, is_dispute, is_resolved
              FROM chosen WHERE basic_grid_id IS NOT NULL
            UNION ALL
            SELECT county_code, exclusive_grid_id, is_closed, is_dispute, is_resolved
              FROM chosen WHERE exclusive_grid_id IS NOT NULL) AS filed
     GROUP BY county_code, grid_id
), living AS (
    SELECT county_code, grid_id, count(*) AS households, sum(resident_count) AS people,
           sum(party_member_count) AS party_members
      FROM (SELECT county_code, basic_grid_id AS grid_id, resident_count, party_member_count
              FROM household WHERE basic_grid_id IS NOT NULL
            UNION ALL
            SELECT county_code, exclusive_grid_id, resident_count, party_member_count
              FROM household WHERE exclusive_grid_id IS NOT NULL) AS filed
     GROUP BY county_code, grid_id
)
SELECT v.code, v.division_code, v.kind,
       coalesce(h.events, 0) AS events,
       coalesce(h.closed, 0) AS closed,
       coalesce(h.disputes, 0) AS disputes,
       coalesce(h.resolved, 0) AS resolved,
       coalesce(l.households, 0) AS households,
       coalesce(l.people, 0) AS people,
       coalesce(l.party_members, 0) AS party_members
  FROM grid_version AS v
  LEFT JOIN happened AS h USING (county_code, grid_id)
  LEFT JOIN living AS l USING (county_code, grid_id)
 WHERE v.generations @> CAST(:generation AS bigint)
   AND v.valid @> CAST(:day AS date)
 ORDER BY v.code COLLATE "C"
