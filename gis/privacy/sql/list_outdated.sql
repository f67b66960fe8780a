-- Rows that are not under the keys that write. Those that somebody else works on are left to them.
SELECT county_code, person_id, subject, subject_id, key_id, ciphertext
  FROM person_private
 WHERE (key_id <> :key_id OR index_key_id <> :index_key_id)
   AND (county_code, person_id) > (:county_code, :person_id)
 ORDER BY county_code, person_id
 LIMIT :limit
   FOR UPDATE SKIP LOCKED
