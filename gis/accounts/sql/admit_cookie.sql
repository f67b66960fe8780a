WITH holder AS (
    SELECT s.login_session_id, s.account_id, s.api_key_id, s.last_seen_at, a.login,
           coalesce('account:' || a.login, k.kind || ':' || k.name) AS name
      FROM login_session AS s
      LEFT JOIN account AS a ON a.account_id = s.account_id
      LEFT JOIN api_key AS k ON k.api_key_id = s.api_key_id
     WHERE s.session_hash = :hash AND s.expires_at > now()
       -- A wall screen is not touched for weeks.
       AND (s.account_id IS NULL OR s.last_seen_at > now() - CAST(:idle AS interval))
       AND a.is_disabled IS NOT TRUE
       AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
), noted AS (
    UPDATE login_session SET last_seen_at = now() FROM holder
     WHERE login_session.login_session_id = holder.login_session_id
       AND :is_use AND holder.last_seen_at < now() - interval '1 minute'
)
SELECT h.name, h.login,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object(
                      'role', g.role, 'division', d.code, 'path', d.path) ORDER BY g.grant_id)
             FROM "grant" AS g JOIN division AS d ON d.code = g.division_code
            WHERE g.account_id = h.account_id OR g.api_key_id = h.api_key_id
       ), '[]') AS grants
  FROM holder AS h
