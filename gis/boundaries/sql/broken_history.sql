-- Lineage whose shares do not add up, filing that is not where the last publication put it, and
-- generations that do not hold what was published.
SELECT v.code AS subject, 'lineage' AS kind, l.generation
  FROM (SELECT county_code, generation, parent_id FROM lineage
         GROUP BY county_code, generation, parent_id
        HAVING abs(sum(area_share) - 1) > 1e-9 OR abs(sum(household_share) - 1) > 1e-9) AS l
 CROSS JOIN LATERAL (SELECT code FROM grid_version AS g
                      WHERE g.county_code = l.county_code AND g.grid_id = l.parent_id
                      LIMIT 1) AS v
UNION ALL
SELECT coalesce(h.household_no, e.event_no, last.subject_id::text), last.subject, last.generation
  FROM (SELECT DISTINCT ON (county_code, subject, subject_id) *
          FROM refiling ORDER BY county_code, subject, subject_id, generation DESC) AS last
  LEFT JOIN household AS h ON last.subject = 'household' AND h.county_code = last.county_code
   AND h.household_id = last.subject_id
  LEFT JOIN event AS e ON last.subject = 'event' AND e.county_code = last.county_code
   AND e.event_id = last.subject_id
 WHERE (last.to_basic_grid_id, last.to_exclusive_grid_id)
       IS DISTINCT FROM (coalesce(h.basic_grid_id, e.basic_grid_id),
                         coalesce(h.exclusive_grid_id, e.exclusive_grid_id))
UNION ALL
SELECT g.generation::text, 'generation', g.generation
  FROM (SELECT g.generation, g.content_hash,
               string_agg(convert_to(v.code, 'UTF8') || ST_AsBinary(v.geom), ''
                          ORDER BY v.code COLLATE "C") AS held
          FROM generation AS g
          LEFT JOIN changeset_grid AS c ON c.changeset_id = g.changeset_id
          LEFT JOIN grid_version AS v ON v.county_code = c.county_code AND v.code = c.code
           AND lower(v.generations) = g.generation AND lower(v.valid) = g.effective_from
         WHERE g.changeset_id IS NOT NULL
         GROUP BY g.generation
        UNION ALL
        -- The hash of an import is that of its counties: where there is one, of everything.
        SELECT g.generation, g.content_hash,
               string_agg(convert_to(v.code, 'UTF8') || ST_AsBinary(v.geom), ''
                          ORDER BY v.code COLLATE "C")
          FROM generation AS g
          LEFT JOIN grid_version AS v
            ON v.generations @> g.generation AND v.valid @> g.effective_from
         WHERE g.changeset_id IS NULL AND (SELECT count(DISTINCT county_code) FROM grid) = 1
         GROUP BY g.generation) AS g
 WHERE g.content_hash <> encode(sha256(coalesce(g.held, '')), 'hex')
 ORDER BY 2, 1
