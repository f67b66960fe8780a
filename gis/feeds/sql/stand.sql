SELECT (SELECT system_identifier::text FROM pg_control_system())
           || '.' || (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS system,
       pg_current_snapshot()::text AS horizon,
       now() AS now,
       (SELECT max(generation) FROM generation) AS generation
