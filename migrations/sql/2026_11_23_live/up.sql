-- What is told lies in the outbox for a week; whoever changes something writes it, and the server
-- alone reads it, as the whole: it then tells each screen what that one may hear.

GRANT DELETE ON delivery TO gridmap_whole;

INSERT INTO outbox_key (secret)
SELECT decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');
ALTER TABLE outbox_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY whole ON outbox_key TO gridmap_whole USING (true);
GRANT SELECT ON outbox_key TO gridmap_whole;

-- Whom a message concerns does not depend on what its writer sees: a school may lie across the
-- border of a township.
CREATE FUNCTION public.paths_of(codes varchar[]) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(code, to_jsonb(path)), '{}') FROM division
     WHERE code = ANY (codes)
$$;

-- The divisions that grids belong to now.
CREATE FUNCTION public.divisions_of_grids(grids bigint[])
RETURNS TABLE (grid_id bigint, division_code varchar)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.grid_id, v.division_code FROM grid_version AS v
     WHERE v.grid_id = ANY (grids) AND upper_inf(v.generations) AND upper_inf(v.valid)
$$;

REVOKE EXECUTE ON FUNCTION paths_of, divisions_of_grids FROM PUBLIC;
GRANT EXECUTE ON FUNCTION paths_of, divisions_of_grids
    TO gridmap_whole, gridmap_counties, gridmap_scoped;
