-- Exact while it is cheap. A table of tens of millions is not counted for a metric.
SELECT (SELECT count(*) FROM grid_version AS v
         WHERE v.generations @> (SELECT max(generation) FROM generation)
           AND v.valid @> CAST(now() AT TIME ZONE 'Asia/Shanghai' AS date)) AS grids,
       CASE WHEN (SELECT reltuples FROM pg_class WHERE oid = 'public.household'::regclass) > 1e6
            THEN (SELECT reltuples FROM pg_class WHERE oid = 'public.household'::regclass)
            ELSE (SELECT count(*) FROM household) END AS households,
       CASE WHEN (SELECT reltuples FROM pg_class WHERE oid = 'public.event'::regclass) > 1e6
            THEN (SELECT reltuples FROM pg_class WHERE oid = 'public.event'::regclass)
            ELSE (SELECT count(*) FROM event) END AS events
