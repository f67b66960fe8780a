SELECT delivery_id, kind, payload, divisions
  FROM delivery
       -- All transactions below it are seen by `since`; the rest of the condition is exact.
 WHERE transaction_id >= :from_transaction
   AND NOT pg_visible_in_snapshot(transaction_id::text::xid8, CAST(:since AS pg_snapshot))
   AND pg_visible_in_snapshot(transaction_id::text::xid8, CAST(:until AS pg_snapshot))
   AND delivery_id > :after
 ORDER BY delivery_id
 LIMIT :limit
