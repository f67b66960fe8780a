-- Households and events in an area: few, found by the index.
SELECT true AS is_household, ST_X(geom) AS lon, ST_Y(geom) AS lat,
       resident_count AS people, party_member_count AS party_members, false AS is_open
  FROM household
 WHERE ST_Intersects(geom, ST_SetSRID(CAST(:area AS geometry), 4490))
UNION ALL
SELECT false, ST_X(geom), ST_Y(geom), 0, 0, closed_at IS NULL
  FROM event
 WHERE ST_Intersects(geom, ST_SetSRID(CAST(:area AS geometry), 4490))
