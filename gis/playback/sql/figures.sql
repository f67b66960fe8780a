-- What happened by step and grid, told by the grids of then: `open` is what stood open at the
-- step's end. A row tells of a change only; at the first step of a stretch everything open is told,
-- and what was reported and closed in the steps before it, by its own grids.
--   edges        moments between the steps, and before the first and after the last
--   generations  of each stretch (consecutive steps under the same boundaries)
--   firsts       step with which each stretch begins, from 1
WITH begun AS (
    SELECT * FROM unnest(CAST(:generations AS bigint[]), CAST(:firsts AS integer[]))
               AS b (generation, first)
), stretch AS MATERIALIZED (
    SELECT b.generation, b.first,
           coalesce(lead(b.first) OVER (ORDER BY b.first) - 1, :steps) AS last,
           (SELECT max(g.effective_from) FROM generation AS g
             WHERE g.generation <= b.generation) AS day,
           (SELECT min(g.published_at) FROM generation AS g
             WHERE g.generation > b.generation) AS superseded_at
      FROM begun AS b
), land AS MATERIALIZED (
    SELECT s.generation, v.county_code, v.grid_id, v.code COLLATE "C" AS code,
           CAST(:division AS text) IS NULL OR v.division_code IN (
               SELECT code FROM division
                WHERE path @> CAST(ARRAY[:division] AS varchar(12)[])) AS is_asked
      FROM stretch AS s
      JOIN grid_version AS v ON v.generations @> s.generation AND v.valid @> s.day
), chosen AS MATERIALIZED (
    SELECT e.county_code, e.event_id, e.basic_grid_id, e.exclusive_grid_id,
           e.filed_generation, e.created_at, e.geom,
           width_bucket(e.reported_at, CAST(:edges AS timestamptz[])) AS born,
           coalesce(width_bucket(e.closed_at, CAST(:edges AS timestamptz[])), :steps + 1) AS died
      FROM event AS e
     WHERE e.reported_at < :until AND (e.closed_at IS NULL OR e.closed_at >= :since)
       AND e.category_code LIKE :category
), moved AS (
    SELECT DISTINCT ON (s.generation, r.county_code, r.subject_id)
           s.generation, r.county_code, r.subject_id AS event_id,
           r.from_basic_grid_id AS basic, r.from_exclusive_grid_id AS exclusive
      FROM stretch AS s
      JOIN refiling AS r ON r.subject = 'event' AND r.generation > s.generation
     ORDER BY 1, 2, 3, r.generation
), late AS (
    -- Came in when the boundaries of then had gone: no crosswalk tells, so the land does.
    SELECT s.generation, c.county_code, c.event_id,
           (array_agg(v.grid_id ORDER BY v.code COLLATE "C")
            FILTER (WHERE v.kind <> 'exclusive'))[1] AS basic,
           (array_agg(v.grid_id ORDER BY v.code COLLATE "C")
            FILTER (WHERE v.kind = 'exclusive'))[1] AS exclusive
      FROM stretch AS s
      JOIN chosen AS c
        ON c.filed_generation > s.generation AND c.born <= s.last AND c.died >= s.first
      LEFT JOIN moved AS m USING (generation, county_code, event_id)
      LEFT JOIN grid_version AS v
        ON v.generations @> s.generation AND v.valid @> s.day AND v.geom && c.geom
       AND ST_Covers(lattice(v.geom), lattice(c.geom))
     WHERE m.event_id IS NULL OR c.created_at >= s.superseded_at
     GROUP BY 1, 2, 3
), was AS (
    SELECT * FROM late
    UNION ALL
    SELECT m.* FROM moved AS m
     WHERE NOT EXISTS (SELECT FROM late AS l
                        WHERE (l.generation, l.county_code, l.event_id)
                            = (m.generation, m.county_code, m.event_id))
), deed AS (
    SELECT s.generation, c.born AS step, c.county_code, c.event_id, c.basic_grid_id,
           c.exclusive_grid_id, 1 AS reported, 0 AS closed, 0 AS older,
           0 AS standing, 0 AS reported_before, 0 AS closed_before
      FROM chosen AS c JOIN stretch AS s ON c.born BETWEEN s.first AND s.last
    UNION ALL
    SELECT s.generation, c.died, c.county_code, c.event_id, c.basic_grid_id,
           c.exclusive_grid_id, 0, 1, (c.born = 0)::int, 0, 0, 0
      FROM chosen AS c JOIN stretch AS s ON c.died BETWEEN s.first AND s.last
    UNION ALL
    SELECT s.generation, s.first, c.county_code, c.event_id, c.basic_grid_id,
           c.exclusive_grid_id, 0, 0, 0, (c.died >= s.first)::int,
           (c.born > 0)::int, (c.born > 0 AND c.died < s.first)::int
      FROM chosen AS c JOIN stretch AS s
        ON c.born < s.first AND (c.born > 0 OR c.died >= s.first)
), placed AS (
    SELECT d.generation, d.step, d.county_code, d.reported, d.closed, d.older, d.standing,
           d.reported_before, d.closed_before,
           CASE WHEN w.event_id IS NULL THEN d.basic_grid_id ELSE w.basic END AS basic,
           CASE WHEN w.event_id IS NULL THEN d.exclusive_grid_id ELSE w.exclusive END AS exclusive
      FROM deed AS d LEFT JOIN was AS w USING (generation, county_code, event_id)
), layered AS (
    SELECT generation, county_code, basic AS grid_id, false AS is_exclusive,
           step, reported, closed, older, standing, reported_before, closed_before
      FROM placed
    UNION ALL
    SELECT generation, county_code, exclusive, true,
           step, reported, closed, older, standing, reported_before, closed_before
      FROM placed WHERE exclusive IS NOT NULL
), added AS (
    SELECT generation, county_code, grid_id, is_exclusive, step, sum(reported) AS reported,
           sum(closed) AS closed, sum(older) AS older, sum(standing) AS standing,
           sum(reported_before) AS reported_before, sum(closed_before) AS closed_before
      FROM layered
     GROUP BY generation, county_code, grid_id, is_exclusive, step
), named AS (
    -- Grids that are not seen are as no grid.
    SELECT a.generation, l.code, a.is_exclusive, a.step, a.reported, a.closed, a.older, a.standing,
           a.reported_before, a.closed_before
      FROM added AS a LEFT JOIN land AS l USING (generation, county_code, grid_id)
     WHERE (l.code IS NOT NULL OR NOT a.is_exclusive)
       AND coalesce(l.is_asked, CAST(:division AS text) IS NULL)
)
SELECT step, code, is_exclusive, sum(reported)::int AS reported, sum(closed)::int AS closed,
       sum(older)::int AS older, sum(reported_before)::int AS reported_before,
       sum(closed_before)::int AS closed_before,
       (sum(sum(reported + standing - closed)) OVER (
           PARTITION BY generation, is_exclusive, code ORDER BY step))::int AS open
  FROM named
 GROUP BY generation, step, code, is_exclusive
 ORDER BY step, code
