-- Who lives in the divisions that stand for their grids on an overview; see by_tract.sql.
WITH place AS MATERIALIZED (
    SELECT v.grid_id, coalesce(d.path[:places], v.division_code) AS code
      FROM grid_version AS v JOIN division AS d ON d.code = v.division_code
     WHERE v.kind <> 'exclusive'
       -- No index on the ranges: nearly every grid is in them, against all estimates.
       AND (v.generations @> CAST(:generation AS bigint)
            AND v.valid @> CAST(:day AS date)) IS TRUE
), living AS MATERIALIZED (
    SELECT h.basic_grid_id AS grid_id, count(*) AS households,
           sum(h.resident_count) AS people, sum(h.party_member_count) AS party_members
      FROM household AS h WHERE h.basic_grid_id IS NOT NULL
     GROUP BY h.basic_grid_id
)
SELECT p.code,
       coalesce(sum(l.households), 0) AS households,
       coalesce(sum(l.people), 0) AS people,
       coalesce(sum(l.party_members), 0) AS party_members
  FROM place AS p
  LEFT JOIN living AS l ON l.grid_id = p.grid_id
 GROUP BY p.code
