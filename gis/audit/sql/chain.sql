-- What each entry was hashed over (audit_hash of the migration): text that PostgreSQL writes the
-- same way in every session, whatever its time zone.
SELECT audit_id, row_hash,
       jsonb_build_array(
           audit_id, extract(epoch FROM at), actor, address, action, subject,
           division_code, reason, before, after
       )::text AS content
  FROM audit
 ORDER BY audit_id
