-- The newest first; only what lies in the auditor's area.
SELECT audit_id, at, actor, address, action, subject, division_code, reason, before, after, row_hash
  FROM audit
 WHERE (CAST(:before_id AS bigint) IS NULL OR audit_id < :before_id)
   AND (:is_whole OR division_code = ANY (ARRAY(
        SELECT code FROM division WHERE path && CAST(:area AS varchar[]))))
   AND (CAST(:division AS varchar) IS NULL OR division_code = ANY (ARRAY(
        SELECT code FROM division WHERE path @> ARRAY[CAST(:division AS varchar)])))
   AND (CAST(:actor AS varchar) IS NULL OR actor = :actor)
   AND (CAST(:action AS varchar) IS NULL OR action = :action)
   AND (CAST(:subject AS varchar) IS NULL OR subject = :subject)
   AND (CAST(:from_at AS timestamptz) IS NULL OR at >= :from_at)
   AND (CAST(:until_at AS timestamptz) IS NULL OR at < :until_at)
 ORDER BY audit_id DESC
 LIMIT :limit
