-- Erase what may be kept no longer, a batch at a time.
WITH past AS (
    SELECT county_code, person_id FROM person_private
     WHERE retain_until < :today
     ORDER BY county_code, person_id
     LIMIT :limit
       FOR UPDATE SKIP LOCKED
)
DELETE FROM person_private AS p
 USING past
 WHERE p.county_code = past.county_code AND p.person_id = past.person_id
RETURNING p.subject
