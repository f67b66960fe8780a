-- Basic grids with who lives in them and how much happened; households are scanned once for all of
-- it. The row without a code is what lies in no grid of these boundaries; it comes at the root only.
WITH place AS MATERIALIZED (
    SELECT v.grid_id, v.code, v.name, v.division_code
      FROM grid_version AS v
     WHERE (:is_root OR v.division_code = ANY(CAST(:divisions AS varchar(12)[])))
       AND v.kind <> 'exclusive'
       -- No index on the ranges: nearly every grid is in them, against all estimates.
       AND (v.generations @> CAST(:generation AS bigint)
            AND v.valid @> CAST(:day AS date)) IS TRUE
), living AS (
    SELECT h.basic_grid_id, count(*) AS households,
           sum(h.registered_count) AS registered,
           sum(h.resident_count) AS residents,
           sum(h.floating_count) AS floating,
           sum(h.party_member_count) AS party_members,
           count(*) FILTER (WHERE h.is_party_household) AS party_households
      FROM household AS h
     WHERE :is_root OR h.basic_grid_id = ANY(CAST(:grids AS bigint[]))
     GROUP BY h.basic_grid_id
), happened AS (
    SELECT e.basic_grid_id, count(*) AS events
      FROM event AS e
     WHERE e.reported_at >= :since AND e.reported_at < :until
       AND (:is_root OR e.basic_grid_id = ANY(CAST(:grids AS bigint[])))
     GROUP BY e.basic_grid_id
)
SELECT p.code, min(p.name) AS name, min(p.division_code) AS division,
       CAST(coalesce(sum(l.households), 0) AS bigint) AS households,
       CAST(coalesce(sum(l.registered), 0) AS bigint) AS registered,
       CAST(coalesce(sum(l.residents), 0) AS bigint) AS residents,
       CAST(coalesce(sum(l.floating), 0) AS bigint) AS floating,
       CAST(coalesce(sum(l.party_members), 0) AS bigint) AS party_members,
       CAST(coalesce(sum(l.party_households), 0) AS bigint) AS party_households,
       CAST(coalesce(sum(h.events), 0) AS bigint) AS events
  FROM place AS p
  FULL JOIN living AS l ON l.basic_grid_id = p.grid_id
  LEFT JOIN happened AS h ON h.basic_grid_id = p.grid_id
 GROUP BY p.code
 ORDER BY p.code COLLATE "C"
