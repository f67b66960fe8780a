-- Every definition of the database as a line of text, by kind. Owners are left out: whoever
-- restores owns what comes.
WITH own AS (
    SELECT c.oid, c.relkind, c.relname, c.relowner, c.relacl, c.relrowsecurity,
           c.relforcerowsecurity, format('%I.%I', n.nspname, c.relname) AS name
      FROM pg_class AS c
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relpersistence <> 't'
       AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
       AND NOT EXISTS (
           SELECT FROM pg_depend AS d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), routine AS (
    SELECT p.* FROM pg_proc AS p
      JOIN pg_namespace AS n ON n.oid = p.pronamespace
     WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
       AND p.prokind IN ('f', 'p')
       AND NOT EXISTS (
           SELECT FROM pg_depend AS d
            WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
)
SELECT 'columns' AS kind,
       concat_ws(' ', own.name, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                 a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid),
                 col_description(own.oid, a.attnum)) AS definition
  FROM own
  JOIN pg_attribute AS a ON a.attrelid = own.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE own.relkind IN ('r', 'p', 'v', 'm')
UNION ALL
SELECT 'constraints', concat_ws(' ', own.name, k.conname, k.convalidated, pg_get_constraintdef(k.oid))
  FROM own JOIN pg_constraint AS k ON k.conrelid = own.oid
UNION ALL
SELECT 'indexes', concat_ws(' ', i.indisvalid, pg_get_indexdef(i.indexrelid))
  FROM own JOIN pg_index AS i ON i.indrelid = own.oid
UNION ALL
SELECT 'triggers', concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
  FROM own JOIN pg_trigger AS t ON t.tgrelid = own.oid AND NOT t.tgisinternal
UNION ALL
SELECT 'views', concat_ws(' ', own.name, pg_get_viewdef(own.oid)) FROM own
 WHERE own.relkind IN ('v', 'm')
UNION ALL
SELECT 'functions', pg_get_functiondef(routine.oid) FROM routine
UNION ALL
SELECT 'policies', to_jsonb(p)::text FROM pg_policies AS p
UNION ALL
SELECT 'row_security', concat_ws(' ', own.name, own.relforcerowsecurity) FROM own
 WHERE own.relrowsecurity
UNION ALL
SELECT 'privileges', concat_ws(' ', own.name, a.grantee::regrole, a.privilege_type, a.is_grantable)
  FROM own, aclexplode(own.relacl) AS a
 WHERE a.grantee <> own.relowner
UNION ALL
SELECT 'privileges', concat_ws(' ', own.name, c.attname, a.grantee::regrole, a.privilege_type)
  FROM own JOIN pg_attribute AS c ON c.attrelid = own.oid, aclexplode(c.attacl) AS a
 WHERE a.grantee <> own.relowner
UNION ALL
SELECT 'privileges', concat_ws(' ', routine.oid::regprocedure, a.grantee::regrole, a.privilege_type)
  FROM routine, aclexplode(coalesce(routine.proacl, acldefault('f', routine.proowner))) AS a
 WHERE a.grantee <> routine.proowner
UNION ALL
SELECT 'privileges', concat_ws(' ', n.nspname, a.grantee::regrole, a.privilege_type)
  FROM pg_namespace AS n, aclexplode(n.nspacl) AS a
 WHERE n.nspname = 'public' AND a.grantee NOT IN (n.nspowner, 'pg_database_owner'::regrole)
