-- By the grids of then: what came after the boundaries that are asked about is taken back.
SELECT count(*) AS households,
       coalesce(sum(h.registered_count), 0) AS registered,
       coalesce(sum(h.resident_count), 0) AS residents,
       coalesce(sum(h.floating_count), 0) AS floating,
       coalesce(sum(h.party_member_count), 0) AS party_members,
       count(*) FILTER (WHERE h.is_party_household) AS party_households
  FROM household AS h
  LEFT JOIN LATERAL (
    SELECT r.from_basic_grid_id AS basic, r.from_exclusive_grid_id AS exclusive, true AS moved
      FROM refiling AS r JOIN generation AS g USING (generation)
     WHERE :of_then AND r.subject = 'household' AND r.subject_id = h.household_id
       AND r.county_code = h.county_code
       AND (r.generation > CAST(:generation AS bigint) OR g.effective_from > CAST(:day AS date))
     ORDER BY r.generation LIMIT 1) AS was ON :of_then
 WHERE (h.basic_grid_id = :grid_id OR h.exclusive_grid_id = :grid_id
        OR :of_then AND h.household_id IN (
            SELECT subject_id FROM refiling WHERE subject = 'household'
               AND :grid_id IN (from_basic_grid_id, from_exclusive_grid_id)))
   AND CASE WHEN :is_exclusive
            THEN CASE WHEN was.moved THEN was.exclusive ELSE h.exclusive_grid_id END
            ELSE CASE WHEN was.moved THEN was.basic ELSE h.basic_grid_id END
       END = :grid_id
