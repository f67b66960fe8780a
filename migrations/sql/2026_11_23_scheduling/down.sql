-- As it was before.
DROP TRIGGER grid_version_history ON grid_version;
DROP TRIGGER division_outline_history ON division_outline;
DROP FUNCTION keep_history();
REVOKE UPDATE (generations) ON grid_version, division_outline FROM gridmap_whole;
GRANT UPDATE ON grid_version, division_outline TO gridmap_whole;
