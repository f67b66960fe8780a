SELECT count(*) AS households,
       coalesce(sum(h.registered_count), 0) AS registered,
       coalesce(sum(h.resident_count), 0) AS residents,
       coalesce(sum(h.floating_count), 0) AS floating,
       coalesce(sum(h.party_member_count), 0) AS party_members,
       count(*) FILTER (WHERE h.is_party_household) AS party_households
  FROM household AS h
 WHERE (NOT :is_exclusive AND h.basic_grid_id = :grid_id)
    OR (:is_exclusive AND h.exclusive_grid_id = :grid_id)
