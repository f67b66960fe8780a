INSERT INTO person_private (
    county_code, subject, subject_id, key_id, ciphertext, phone_index, index_key_id, retain_until)
VALUES (
    :county_code, :subject, :subject_id, :key_id, :ciphertext, :phone_index, :index_key_id,
    :retain_until)
ON CONFLICT (county_code, subject, subject_id) DO UPDATE
   SET key_id = EXCLUDED.key_id, ciphertext = EXCLUDED.ciphertext,
       phone_index = EXCLUDED.phone_index, index_key_id = EXCLUDED.index_key_id,
       retain_until = EXCLUDED.retain_until, updated_at = now()
