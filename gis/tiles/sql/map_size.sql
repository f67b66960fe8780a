-- Whether there are more grids than a limit; they are not counted any further.
SELECT count(*) > :most
  FROM (SELECT FROM grid_version AS v
         -- The newest boundaries are open upwards: they are not those of a generation to come.
         WHERE EXISTS (SELECT FROM generation AS g WHERE g.generation = :generation)
           AND (v.generations @> CAST(:generation AS bigint)) IS TRUE
           AND (CAST(:part AS varchar(12)[]) IS NULL OR v.division_code = ANY(CAST(:part AS varchar(12)[])))
         LIMIT :most + 1) AS counted
