-- What the scope of a transaction covers. The setting gridmap.scope holds division codes as an
-- array literal; without it nothing is covered. Policies call these in a sub-select: once a
-- statement, not once a row.

CREATE FUNCTION scope_tops() RETURNS varchar[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(current_setting('gridmap.scope', true), ''), '{}')::varchar[]
$$;

-- Counties that are covered as a whole; six digits.
CREATE FUNCTION scope_counties() RETURNS varchar[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(county_code), '{}') FROM division
     WHERE path && scope_tops() AND code = county_code || '000000'
$$;

-- Divisions that are covered.
CREATE FUNCTION scope_divisions() RETURNS varchar[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(code), '{}') FROM division
     WHERE path && scope_tops()
$$;

-- Divisions above the scope: their names are known to all.
CREATE FUNCTION scope_ancestors() RETURNS varchar[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT above), '{}')
      FROM division, unnest(path) AS above
     WHERE code = ANY (scope_tops())
$$;

-- Grids that lie in those divisions now.
CREATE FUNCTION scope_grids() RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT grid_id), '{}') FROM grid_version
     WHERE division_code = ANY (scope_divisions()) AND upper_inf(generations) AND upper_inf(valid)
$$;

-- Grids that lie in those divisions now, or did.
CREATE FUNCTION scope_grids_ever() RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT grid_id), '{}') FROM grid_version
     WHERE division_code = ANY (scope_divisions())
$$;
