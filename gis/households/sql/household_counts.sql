SELECT g.code, g.name, g.kind, g.division,
       count(h.household_id) AS households,
       coalesce(sum(h.registered_count), 0) AS registered,
       coalesce(sum(h.resident_count), 0) AS residents,
       coalesce(sum(h.floating_count), 0) AS floating,
       coalesce(sum(h.party_member_count), 0) AS party_members,
       count(*) FILTER (WHERE h.is_party_household) AS party_households
  FROM (SELECT v.county_code, v.grid_id, v.code, v.name, v.kind, v.division_code AS division
          FROM grid_version AS v
          JOIN division AS d ON d.code = v.division_code
         WHERE v.generations @> CAST(:generation AS bigint)
           AND v.valid @> CAST(:day AS date)
           AND (CAST(:division AS text) IS NULL
                OR d.path @> CAST(ARRAY[:division] AS varchar(12)[]))
           AND (CAST(:after AS text) IS NULL OR v.code > :after)
         ORDER BY v.code
         LIMIT :limit) AS g
  -- Two branches, so that each can use its own index.
  LEFT JOIN LATERAL (
       SELECT b.household_id, b.registered_count, b.resident_count, b.floating_count,
              b.party_member_count, b.is_party_household
         FROM household AS b
        WHERE g.kind <> 'exclusive'
          AND b.county_code = g.county_code AND b.basic_grid_id = g.grid_id
        UNION ALL
       SELECT x.household_id, x.registered_count, x.resident_count, x.floating_count,
              x.party_member_count, x.is_party_household
         FROM household AS x
        WHERE g.kind = 'exclusive'
          AND x.county_code = g.county_code AND x.exclusive_grid_id = g.grid_id) AS h ON true
 GROUP BY g.code, g.name, g.kind, g.division
 ORDER BY g.code
