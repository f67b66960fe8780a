WITH holder AS (
    SELECT api_key_id, kind || ':' || name AS name, last_used_at FROM api_key
     WHERE key_hash = :hash AND kind = 'key' AND revoked_at IS NULL
       AND (expires_at IS NULL OR expires_at > now())
), noted AS (
    UPDATE api_key SET last_used_at = now() FROM holder
     WHERE api_key.api_key_id = holder.api_key_id
       AND :is_use AND (holder.last_used_at IS NULL OR holder.last_used_at < now() - interval '1 minute')
)
SELECT h.name, NULL AS login,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object(
                      'role', g.role, 'division', d.code, 'path', d.path) ORDER BY g.grant_id)
             FROM "grant" AS g JOIN division AS d ON d.code = g.division_code
            WHERE g.api_key_id = h.api_key_id
       ), '[]') AS grants
  FROM holder AS h
