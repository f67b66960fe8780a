-- The subjects of many numbers; the counties are named, because the indexes begin with them.
WITH county AS MATERIALIZED (
    SELECT array_agg(DISTINCT county_code) AS codes FROM division
     WHERE CAST(:county AS varchar) IS NULL OR county_code = :county
)
SELECT household_no AS number, county_code, household_id AS subject_id
  FROM household
 WHERE :subject = 'household' AND household_no = ANY (:numbers)
   AND county_code = ANY ((SELECT codes FROM county)::varchar[])
UNION ALL
SELECT event_no, county_code, event_id
  FROM event
 WHERE :subject = 'event' AND event_no = ANY (:numbers)
   AND county_code = ANY ((SELECT codes FROM county)::varchar[])
UNION ALL
SELECT staff_no, county_code, staff_id
  FROM staff
 WHERE :subject = 'staff' AND staff_no = ANY (:numbers)
   AND county_code = ANY ((SELECT codes FROM county)::varchar[])
