-- One digest of all that the map of a generation shows to whoever asks: its address is cached for
-- ever, so two databases, two areas, or two spellings of a name must never share it. What is
-- published where one may not look leaves it as it is.
SELECT md5(coalesce((SELECT string_agg(b.content_hash, ';' ORDER BY b.generation)
                       FROM generation AS b
                      WHERE b.generation IN (SELECT lower(v.generations) FROM grid_version AS v
                                              WHERE (v.generations @> g.generation) IS TRUE
                                                AND (CAST(:part AS varchar(12)[]) IS NULL
                                                     OR v.division_code = ANY(CAST(:part AS varchar(12)[]))))), '')
           || coalesce((SELECT string_agg(concat_ws('|', v.code, v.name, v.kind, v.division_code,
                                                    v.colour_index),
                                          ';' ORDER BY v.code COLLATE "C")
                          FROM grid_version AS v
                         WHERE (v.generations @> g.generation) IS TRUE
                           AND (CAST(:part AS varchar(12)[]) IS NULL
                                OR v.division_code = ANY(CAST(:part AS varchar(12)[])))), '')
           || coalesce((SELECT string_agg(concat_ws('|', d.code, d.name, d.level, d.parent_code),
                                          ';' ORDER BY d.code COLLATE "C")
                          FROM division AS d
                         WHERE CAST(:part AS varchar(12)[]) IS NULL
                            OR d.code = ANY(CAST(:part AS varchar(12)[]) || CAST(:above AS varchar(12)[]))), '')
           -- Who sees a division has not always its outline, and with that the place of its name.
           || coalesce((SELECT string_agg(concat_ws('|', o.division_code, lower(o.generations)),
                                          ';' ORDER BY o.division_code COLLATE "C",
                                                       lower(o.generations))
                          FROM division_outline AS o
                         WHERE o.generations @> g.generation
                           AND (CAST(:part AS varchar(12)[]) IS NULL
                                OR o.division_code = ANY(CAST(:part AS varchar(12)[])))), ''))
  FROM generation AS g
 WHERE g.generation = :generation
