-- Households and events that moved, grid by grid; grids whose border moved with nobody in between
-- come from the lineage.
WITH name AS MATERIALIZED (
    SELECT DISTINCT ON (v.grid_id) v.grid_id, v.code, v.name FROM grid_version AS v
     ORDER BY v.grid_id, v.grid_version_id DESC),
went AS (
    SELECT 'basic' AS layer, from_basic_grid_id AS source_id, to_basic_grid_id AS target_id,
           county_code, subject, subject_id
      FROM refiling
     WHERE generation = :generation AND from_basic_grid_id IS DISTINCT FROM to_basic_grid_id
    UNION ALL
    SELECT 'exclusive', from_exclusive_grid_id, to_exclusive_grid_id,
           county_code, subject, subject_id
      FROM refiling
     WHERE generation = :generation AND from_exclusive_grid_id IS DISTINCT FROM to_exclusive_grid_id),
counted AS (
    SELECT w.layer, w.source_id, w.target_id,
           count(*) FILTER (WHERE w.subject = 'household') AS households,
           coalesce(sum(h.resident_count), 0) AS people,
           count(*) FILTER (WHERE w.subject = 'event') AS events
      FROM went AS w
      LEFT JOIN household AS h ON w.subject = 'household' AND h.county_code = w.county_code
       AND h.household_id = w.subject_id
     GROUP BY w.layer, w.source_id, w.target_id),
shared AS (
    SELECT g.layer, l.parent_id AS source_id, l.child_id AS target_id, l.area_share
      FROM lineage AS l JOIN grid AS g ON g.county_code = l.county_code AND g.grid_id = l.child_id
     WHERE l.generation = :generation AND l.parent_id <> l.child_id)
SELECT layer, s.code AS source, s.name AS source_name, t.code AS target, t.name AS target_name,
       coalesce(sum(households), 0)::bigint AS households, coalesce(sum(people), 0)::bigint AS people,
       coalesce(sum(events), 0)::bigint AS events, sum(area_share) AS area_share
  FROM counted FULL JOIN shared USING (layer, source_id, target_id)
  LEFT JOIN name AS s ON s.grid_id = source_id
  LEFT JOIN name AS t ON t.grid_id = target_id
 GROUP BY layer, s.code, s.name, t.code, t.name
 ORDER BY layer, s.code COLLATE "C" NULLS LAST, t.code COLLATE "C" NULLS LAST
