-- The persons behind a phone number, the newest entry first; with the number of their subject.
SELECT p.county_code, p.subject, p.subject_id, p.key_id, p.ciphertext, p.retain_until, p.updated_at,
       coalesce(h.household_no, e.event_no, s.staff_no) AS number
  FROM person_private AS p
  LEFT JOIN household AS h
    ON p.subject = 'household' AND h.county_code = p.county_code AND h.household_id = p.subject_id
  LEFT JOIN event AS e
    ON p.subject = 'event' AND e.county_code = p.county_code AND e.event_id = p.subject_id
  LEFT JOIN staff AS s
    ON p.subject = 'staff' AND s.county_code = p.county_code AND s.staff_id = p.subject_id
 WHERE p.phone_index = ANY (CAST(:indexes AS bytea[]))
 ORDER BY p.updated_at DESC, p.person_id DESC
 LIMIT :limit
