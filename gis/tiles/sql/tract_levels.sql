-- How many divisions there are on each level, of those that may be seen; top down.
SELECT d.depth, count(*) AS divisions
  FROM division AS d
 GROUP BY d.depth
 ORDER BY d.depth
