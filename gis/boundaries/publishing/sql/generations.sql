-- Whose note and name are told: those of a generation that changed a grid which is seen, or whose
-- changeset is seen. A key of one township learns of the others' only that something was published.
SELECT g.generation, g.parent, g.kind, g.effective_from, g.published_at,
       CASE WHEN seen.told THEN g.published_by END AS published_by,
       CASE WHEN seen.told THEN g.note END AS note,
       CASE WHEN seen.told THEN g.changeset_id END AS changeset_id,
       g.content_hash
  FROM generation AS g
 CROSS JOIN LATERAL (
    SELECT CASE WHEN g.changeset_id IS NULL
                THEN EXISTS (SELECT FROM division_outline AS o
                              WHERE lower(o.generations) = g.generation
                                AND o.division_code = rpad(o.county_code, 12, '0'))
                ELSE EXISTS (SELECT FROM changeset AS c WHERE c.changeset_id = g.changeset_id)
           END AS told) AS seen
 WHERE (CAST(:generation AS bigint) IS NULL OR g.generation = :generation)
   AND (CAST(:before AS bigint) IS NULL OR g.generation < :before)
 ORDER BY g.generation DESC
 LIMIT :limit
