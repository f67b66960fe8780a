-- Canonical coordinates (ADR 0002): every stored coordinate is the double n / 1e7.
-- Everything is qualified with its schema, because CHECKs also run under pg_restore's empty path.

CREATE FUNCTION public.is_canonical_point(g public.geometry) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT public.ST_X(g) = round(public.ST_X(g) * 1e7::float8) / 1e7::float8
             AND public.ST_Y(g) = round(public.ST_Y(g) * 1e7::float8) / 1e7::float8 $$;

CREATE FUNCTION public.is_canonical(g public.geometry) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT bool_and(public.is_canonical_point(p.geom)) FROM public.ST_DumpPoints(g) AS p $$;

-- The same geometry on the integer lattice, where predicates on doubles are exact.
-- For deciding only; what is stored never passes through here.
CREATE FUNCTION public.lattice(g public.geometry) RETURNS public.geometry
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT public.ST_SnapToGrid(
              public.ST_SetSRID(public.ST_Scale(g, 1e7::float8, 1e7::float8), 0), 1) $$;
