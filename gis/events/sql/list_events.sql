WITH page AS MATERIALIZED (
    SELECT e.*
      FROM event AS e
     WHERE (CAST(:event_no AS text) IS NULL OR e.event_no = :event_no)
       AND (CAST(:counties AS text[]) IS NULL OR e.county_code = ANY(CAST(:counties AS text[])))
       AND (CAST(:before_at AS timestamptz) IS NULL
            OR (e.reported_at, e.event_id) < (CAST(:before_at AS timestamptz),
                                              CAST(:before_id AS bigint)))
       AND (CAST(:from_day AS date) IS NULL
            OR e.reported_at >= CAST(CAST(:from_day AS date) AS timestamp)
                                AT TIME ZONE 'Asia/Shanghai')
       AND (CAST(:to_day AS date) IS NULL
            OR e.reported_at < CAST(CAST(:to_day AS date) + 1 AS timestamp)
                               AT TIME ZONE 'Asia/Shanghai')
       AND (CAST(:category AS text) IS NULL OR starts_with(e.category_code, :category))
       AND (CAST(:state AS text) IS NULL OR e.state = :state)
       AND (CAST(:phase AS text) IS NULL OR e.phase = :phase)
       AND (CAST(:source AS text) IS NULL OR e.source = :source)
       AND (CAST(:is_open AS boolean) IS NULL
            OR (e.closed_at IS NULL) = CAST(:is_open AS boolean))
       AND (CAST(:is_overdue AS boolean) IS NULL
            OR (e.closed_at IS NULL AND e.due_at IS NOT NULL AND e.due_at < :now)
               = CAST(:is_overdue AS boolean))
       AND (CAST(:west AS float8) IS NULL
            OR e.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4490))
       -- An array is looked up once, a subquery on e would be for every event.
       AND (CAST(:grid AS text) IS NULL
            OR ARRAY[e.basic_grid_id, e.exclusive_grid_id] && ARRAY(
               SELECT v.grid_id FROM grid_version AS v
                WHERE v.code = :grid
                  AND v.generations @> CAST(:generation AS bigint)
                  AND v.valid @> CAST(:day AS date)))
       -- At the root nothing is left out, so that an event outside every grid shows there.
       AND (CAST(:division AS text) IS NULL
            OR EXISTS (SELECT FROM deployment WHERE root_code = :division)
            OR e.basic_grid_id IN (
               SELECT v.grid_id FROM grid_version AS v JOIN division AS d
                   ON d.code = v.division_code
                WHERE d.path @> CAST(ARRAY[:division] AS varchar(12)[])
                  AND v.generations @> CAST(:generation AS bigint)
                  AND v.valid @> CAST(:day AS date)))
     ORDER BY e.reported_at DESC, e.event_id DESC
     LIMIT :limit
)
SELECT p.county_code, p.event_id, p.event_no, p.source, p.source_id, p.title, p.description,
       p.category_code, p.level, p.channel, p.occurred_at, p.reported_at, p.closed_at,
       p.due_at, coalesce(p.closed_at IS NULL AND p.due_at < :now, false) AS is_overdue, p.workflow, p.state, p.phase, p.resolved, p.satisfied, p.people_count, p.address_text,
       ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat,
       p.position_x, p.position_y, p.position_crs, p.position_accuracy_m,
       basic.code AS basic, exclusive.code AS exclusive, basic.division_code AS division,
       reported_basic.code AS reported_basic, reported_exclusive.code AS reported_exclusive,
       p.filed_generation, p.basic_grid_id IS NULL AS is_outside
  FROM page AS p
  LEFT JOIN grid_version AS basic
         ON basic.county_code = p.county_code AND basic.grid_id = p.basic_grid_id
        AND basic.generations @> CAST(:generation AS bigint)
        AND basic.valid @> CAST(:day AS date)
  LEFT JOIN grid_version AS exclusive
         ON exclusive.county_code = p.county_code AND exclusive.grid_id = p.exclusive_grid_id
        AND exclusive.generations @> CAST(:generation AS bigint)
        AND exclusive.valid @> CAST(:day AS date)
  LEFT JOIN LATERAL (
       SELECT v.code FROM grid_version AS v
        WHERE v.county_code = p.county_code AND v.grid_id = p.reported_basic_grid_id
        ORDER BY lower(v.generations), v.grid_version_id LIMIT 1) AS reported_basic ON true
  LEFT JOIN LATERAL (
       SELECT v.code FROM grid_version AS v
        WHERE v.county_code = p.county_code AND v.grid_id = p.reported_exclusive_grid_id
        ORDER BY lower(v.generations), v.grid_version_id LIMIT 1) AS reported_exclusive ON true
 ORDER BY p.reported_at DESC, p.event_id DESC
