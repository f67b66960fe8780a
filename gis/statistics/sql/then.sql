-- Events and households as they were filed by the boundaries that are asked about: what came after
-- these is taken back, and so is, for events, what came after they were closed. Put before a
-- statement that counts, these two take the place of the tables.
WITH passed AS MATERIALIZED (
    SELECT DISTINCT ON (r.subject, r.county_code, r.subject_id)
           r.subject, r.county_code, r.subject_id, r.from_basic_grid_id, r.from_exclusive_grid_id
      FROM refiling AS r JOIN generation AS g USING (generation)
      LEFT JOIN event AS e ON r.subject = 'event' AND e.county_code = r.county_code
       AND e.event_id = r.subject_id
     WHERE r.generation > CAST(:generation AS bigint) OR g.effective_from > CAST(:day AS date)
        OR (e.closed_at AT TIME ZONE 'Asia/Shanghai')::date < g.effective_from
     ORDER BY r.subject, r.county_code, r.subject_id, r.generation
), event AS (
    SELECT {event},
           CASE WHEN p.subject IS NULL THEN t.basic_grid_id
                ELSE p.from_basic_grid_id END AS basic_grid_id,
           CASE WHEN p.subject IS NULL THEN t.exclusive_grid_id
                ELSE p.from_exclusive_grid_id END AS exclusive_grid_id
      FROM event AS t LEFT JOIN passed AS p
        ON p.subject = 'event' AND p.county_code = t.county_code AND p.subject_id = t.event_id
), household AS (
    SELECT {household},
           CASE WHEN p.subject IS NULL THEN t.basic_grid_id
                ELSE p.from_basic_grid_id END AS basic_grid_id,
           CASE WHEN p.subject IS NULL THEN t.exclusive_grid_id
                ELSE p.from_exclusive_grid_id END AS exclusive_grid_id
      FROM household AS t LEFT JOIN passed AS p
        ON p.subject = 'household' AND p.county_code = t.county_code
       AND p.subject_id = t.household_id
)
