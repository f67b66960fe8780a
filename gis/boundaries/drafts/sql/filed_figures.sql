-- What is filed into grids now, and who works there.
SELECT v.code, h.households, h.people, h.party_members, e.events, e.open_events, s.staff
  FROM grid_version AS v,
       LATERAL (
        SELECT count(*) AS households, coalesce(sum(resident_count), 0)::int AS people,
               coalesce(sum(party_member_count), 0)::int AS party_members
          FROM (SELECT resident_count, party_member_count FROM household
                 WHERE basic_grid_id = v.grid_id AND v.kind <> 'exclusive'
                UNION ALL
                SELECT resident_count, party_member_count FROM household
                 WHERE exclusive_grid_id = v.grid_id AND v.kind = 'exclusive') AS living) AS h,
       LATERAL (
        SELECT count(*) AS events, count(*) FILTER (WHERE closed_at IS NULL) AS open_events
          FROM (SELECT closed_at FROM event
                 WHERE basic_grid_id = v.grid_id AND v.kind <> 'exclusive'
                UNION ALL
                SELECT closed_at FROM event
                 WHERE exclusive_grid_id = v.grid_id AND v.kind = 'exclusive') AS filed) AS e,
       LATERAL (
        SELECT count(DISTINCT staff_id) AS staff FROM posting
         WHERE grid_id = v.grid_id AND valid @> CURRENT_DATE) AS s
 WHERE v.county_code = :county AND v.code = ANY(CAST(:codes AS varchar[]))
   AND upper_inf(v.generations) AND upper_inf(v.valid)
