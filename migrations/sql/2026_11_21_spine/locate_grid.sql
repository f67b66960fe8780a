-- Promise 1, as PostGIS answers it: the grid of a layer over a point; the lowest code on a border.
CREATE FUNCTION public.locate_grid(
    "position" public.geometry, layer text, generation bigint, day date)
    RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT v.grid_id
            FROM public.grid_version AS v
           WHERE v.geom OPERATOR(public.&&) "position"
             AND v.generations @> generation
             AND v.valid @> day
             AND (v.kind = 'exclusive') = (layer = 'exclusive')
             AND public.ST_Covers(public.lattice(v.geom), public.lattice("position"))
           ORDER BY v.code COLLATE "C"
           LIMIT 1 $$;
