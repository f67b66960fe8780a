SELECT count(*) AS households,
       coalesce(sum(h.registered_count), 0) AS registered,
       coalesce(sum(h.resident_count), 0) AS residents,
       coalesce(sum(h.floating_count), 0) AS floating,
       coalesce(sum(h.party_member_count), 0) AS party_members,
       count(*) FILTER (WHERE h.is_party_household) AS party_households
  FROM household AS h
 WHERE :is_root OR h.basic_grid_id IN (
        SELECT v.grid_id FROM grid_version AS v JOIN division AS d ON d.code = v.division_code
         WHERE d.path @> CAST(ARRAY[:division] AS varchar(12)[])
           AND v.kind <> 'exclusive'
           AND v.generations @> CAST(:generation AS bigint)
           AND v.valid @> CAST(:day AS date))
