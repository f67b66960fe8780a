SELECT c.county_code, c.changeset_id, c.title, c.reason, c.state, c.kind, c.version, c.author,
       c.base_generation, c.effective_from, c.scope_codes, c.restores_generation,
       c.published_generation, c.submitted_version, c.created_at, c.updated_at,
       c.scheduled_at, c.scheduled_by, c.schedule_refusal,
       o.operations, o.undone, g.grids, t.comments
  FROM changeset AS c,
       LATERAL (
        SELECT count(*) FILTER (WHERE NOT is_undone) AS operations,
               count(*) FILTER (WHERE is_undone AND NOT is_dropped) AS undone
          FROM changeset_op AS o
         WHERE o.county_code = c.county_code AND o.changeset_id = c.changeset_id) AS o,
       LATERAL (
        SELECT count(*) FILTER (WHERE action <> 'node_only') AS grids
          FROM changeset_grid AS g
         WHERE g.county_code = c.county_code AND g.changeset_id = c.changeset_id) AS g,
       LATERAL (
        SELECT count(*) AS comments
          FROM changeset_comment AS t
         WHERE t.county_code = c.county_code AND t.changeset_id = c.changeset_id
           AND t.resolved_at IS NULL) AS t
 WHERE (CAST(:changeset_id AS bigint) IS NULL OR c.changeset_id = :changeset_id)
   AND (CAST(:before AS bigint) IS NULL OR c.changeset_id < :before)
   AND (CAST(:states AS varchar[]) IS NULL OR c.state = ANY(CAST(:states AS varchar[])))
   AND (CAST(:author AS varchar) IS NULL OR c.author = :author)
   AND (CAST(:scope AS varchar) IS NULL OR c.scope_codes @> ARRAY[CAST(:scope AS varchar(12))])
 ORDER BY c.changeset_id DESC
 LIMIT :limit
