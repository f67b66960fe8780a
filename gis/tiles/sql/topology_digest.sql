-- One digest of all that the map of a generation shows: its address is cached for ever, so two
-- databases, or two spellings of a name, must never share it.
SELECT md5(g.content_hash
           || coalesce((SELECT string_agg(concat_ws('|', v.code, v.name, v.kind, v.division_code,
                                                    v.colour_index),
                                          ';' ORDER BY v.code COLLATE "C")
                          FROM grid_version AS v
                         WHERE v.generations @> g.generation), '')
           || coalesce((SELECT string_agg(concat_ws('|', d.code, d.name, d.level, d.parent_code),
                                          ';' ORDER BY d.code COLLATE "C")
                          FROM division AS d), ''))
  FROM generation AS g
 WHERE g.generation = :generation
