-- One digest of all that the overview of a generation shows to whoever asks; as topology_digest,
-- without reading every grid where all of them may be seen.
SELECT md5(coalesce((SELECT string_agg(b.content_hash, ';' ORDER BY b.generation)
                       FROM generation AS b
                      WHERE b.generation <= g.generation
                        AND (:is_whole
                             OR b.generation IN (SELECT lower(v.generations) FROM grid_version AS v
                                                  WHERE v.generations @> g.generation))), '')
           || coalesce((SELECT string_agg(concat_ws('|', d.code, d.name, d.level, d.parent_code),
                                          ';' ORDER BY d.code COLLATE "C")
                          FROM division AS d
                         WHERE d.depth <= :depth), '')
           || CAST(:scope AS text))
  FROM generation AS g
 WHERE g.generation = :generation
