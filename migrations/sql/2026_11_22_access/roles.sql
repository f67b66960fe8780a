-- Five roles (ADR 0019). gridmap_api is what the server logs in as: on its own it may do nothing,
-- and in each transaction it becomes one of the others. So a transaction that forgot to say for
-- whom it works is refused by PostgreSQL.
--
--   gridmap_gate      looks up who asks, and keeps accounts, keys and sessions
--   gridmap_whole     sees the whole deployment: its policies are constant, so that they cost
--                     nothing and spatial indexes stay usable
--   gridmap_counties  sees the counties in the setting gridmap.scope
--   gridmap_scoped    sees the divisions in it, whatever their level; apart from the counties'
--                     role, because an OR with them would keep the planner from its indexes
--
-- Roles belong to the cluster, not to the database: another database may have made them already.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY[
        'gridmap_gate', 'gridmap_whole', 'gridmap_counties', 'gridmap_scoped'
    ] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END LOOP;
    BEGIN
        CREATE ROLE gridmap_api LOGIN NOINHERIT;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    BEGIN
        GRANT gridmap_gate, gridmap_whole, gridmap_counties, gridmap_scoped TO gridmap_api;
    EXCEPTION WHEN unique_violation THEN NULL;
    END;
END
$$;
