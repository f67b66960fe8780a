-- The household, event or member of staff of a number; several where counties give the same one.
-- A number stands second in its index: the counties are named, so that it is used.
WITH county AS MATERIALIZED (
    SELECT array_agg(DISTINCT county_code) AS codes FROM division
     WHERE CAST(:county AS varchar) IS NULL OR county_code = :county
)
SELECT found.county_code, found.subject_id,
       coalesce(v.division_code, p.division_code, found.county_code || '000000') AS division_code
  FROM (
        SELECT h.county_code, h.household_id AS subject_id, h.basic_grid_id
          FROM household AS h
         WHERE :subject = 'household' AND h.household_no = :number
           AND h.county_code = ANY ((SELECT codes FROM county)::varchar[])
        UNION ALL
        SELECT e.county_code, e.event_id, e.basic_grid_id
          FROM event AS e
         WHERE :subject = 'event' AND e.event_no = :number
           AND e.county_code = ANY ((SELECT codes FROM county)::varchar[])
        UNION ALL
        SELECT s.county_code, s.staff_id, NULL
          FROM staff AS s
         WHERE :subject = 'staff' AND s.staff_no = :number
           AND s.county_code = ANY ((SELECT codes FROM county)::varchar[])
       ) AS found
  LEFT JOIN grid_version AS v
    ON v.county_code = found.county_code AND v.grid_id = found.basic_grid_id
   AND upper_inf(v.generations) AND upper_inf(v.valid)
  LEFT JOIN LATERAL (
        SELECT min(division_code) AS division_code FROM posting
         WHERE :subject = 'staff' AND posting.county_code = found.county_code
           AND posting.staff_id = found.subject_id AND upper_inf(posting.valid)
       ) AS p ON true
 ORDER BY found.county_code
