-- What was published is never changed: the server may end a version, once, and nothing else.

REVOKE UPDATE ON grid_version, division_outline FROM gridmap_whole;
GRANT UPDATE (generations) ON grid_version, division_outline TO gridmap_whole;

CREATE FUNCTION public.keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF lower(NEW.generations) IS DISTINCT FROM lower(OLD.generations)
       OR NOT upper_inf(OLD.generations) OR upper_inf(NEW.generations) THEN
        RAISE EXCEPTION 'generations % of % cannot become %: a version is ended once, and keeps '
            'its beginning', OLD.generations, TG_TABLE_NAME, NEW.generations
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER grid_version_history BEFORE UPDATE OF generations ON grid_version
    FOR EACH ROW EXECUTE FUNCTION public.keep_history();
CREATE TRIGGER division_outline_history BEFORE UPDATE OF generations ON division_outline
    FOR EACH ROW EXECUTE FUNCTION public.keep_history();
