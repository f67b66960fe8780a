WITH dropped AS (
    UPDATE changeset_op SET is_dropped = true
     WHERE county_code = :county AND changeset_id = :changeset_id
       AND is_undone AND NOT is_dropped
)
INSERT INTO changeset_op (county_code, changeset_id, op_no, operation, parameters, before, after,
                          outcome, given_codes, author)
SELECT :county, :changeset_id, coalesce(max(o.op_no), 0) + 1, :operation,
       CAST(:parameters AS jsonb), CAST(:before AS jsonb), CAST(:after AS jsonb),
       CAST(:outcome AS jsonb), CAST(:given AS varchar[]), :author
  FROM changeset_op AS o
 WHERE o.county_code = :county AND o.changeset_id = :changeset_id
RETURNING op_no
