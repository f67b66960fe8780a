SELECT county_code, event_id, category_code, reported_at, due_at
  FROM event
 WHERE (county_code, event_id) > (:county, :event_id)
   AND (:closed_too OR closed_at IS NULL OR due_at IS NULL)
 ORDER BY county_code, event_id
 LIMIT :limit
