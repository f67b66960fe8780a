DROP FUNCTION divisions_of_grids;
DROP FUNCTION paths_of;
REVOKE DELETE ON delivery FROM gridmap_whole;
