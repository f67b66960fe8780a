-- The audit: numbered without gaps, each row hashed with the one before it. Rows come in through
-- append_audit alone; the head's row lock lets one writer in at a time, until it commits.

CREATE FUNCTION audit_hash(previous bytea, entry audit) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(previous || convert_to(jsonb_build_array(
        entry.audit_id, extract(epoch FROM entry.at), entry.actor, entry.address, entry.action,
        entry.subject, entry.division_code, entry.reason, entry.before, entry.after
    )::text, 'UTF8'))
$$;

CREATE FUNCTION append_audit(
    actor text, address text, action text, subject text, division_code text, reason text,
    before jsonb, after jsonb
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head audit_head;
    added audit;
BEGIN
    SELECT * INTO STRICT head FROM audit_head FOR UPDATE;
    added := ROW(
        head.audit_id + 1, clock_timestamp(), actor, address, action, subject, division_code,
        reason, before, after, NULL
    );
    added.row_hash := audit_hash(head.row_hash, added);
    INSERT INTO audit SELECT added.*;
    UPDATE audit_head SET audit_id = added.audit_id, row_hash = added.row_hash;
    RETURN added.audit_id;
END
$$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- append_audit moves the head on; nothing takes it away.
CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO audit_head (audit_id, row_hash) VALUES (0, '\x');
