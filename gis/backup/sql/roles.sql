-- Roles that privileges and policies name, and our own logins that may become them. Nobody with
-- rights over the cluster is among them.
WITH named AS (
    SELECT a.grantee AS oid FROM pg_class AS c, aclexplode(c.relacl) AS a
    UNION SELECT a.grantee FROM pg_proc AS p, aclexplode(p.proacl) AS a
    UNION SELECT a.grantee FROM pg_namespace AS n, aclexplode(n.nspacl) AS a
    UNION SELECT unnest(polroles) FROM pg_policy
), wanted AS (
    SELECT oid FROM named
    UNION
    SELECT m.member FROM pg_auth_members AS m
      JOIN named ON named.oid = m.roleid
      JOIN pg_roles AS r ON r.oid = m.member AND r.rolname ^@ 'gridmap_'
)
SELECT r.rolname AS name, r.rolcanlogin AS may_log_in, r.rolinherit AS inherits,
       ARRAY(SELECT above.rolname FROM pg_auth_members AS m
               JOIN pg_roles AS above ON above.oid = m.roleid
              WHERE m.member = r.oid ORDER BY above.rolname)::text[] AS member_of
  FROM wanted JOIN pg_roles AS r ON r.oid = wanted.oid
 WHERE NOT (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb)
   AND r.rolname NOT LIKE 'pg\_%'
   AND r.rolname <> current_user
 ORDER BY name
