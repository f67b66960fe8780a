INSERT INTO event (
    county_code, event_id, event_no, source, source_id, title, description, category_code,
    level, channel, occurred_at, reported_at, due_at, workflow, state, phase, people_count, address_text,
    geom, position_x, position_y, position_crs, position_accuracy_m,
    basic_grid_id, exclusive_grid_id, reported_basic_grid_id, reported_exclusive_grid_id,
    filed_generation)
VALUES (
    :county_code, :event_id, :event_no, :source, :source_id, :title, :description, :category_code,
    :level, :channel, :occurred_at, :reported_at, :due_at, :workflow, :state, :phase, :people_count,
    :address_text,
    ST_SetSRID(ST_MakePoint(:lon, :lat), 4490),
    :position_x, :position_y, :position_crs, :position_accuracy_m,
    :basic_grid_id, :exclusive_grid_id, :basic_grid_id, :exclusive_grid_id,
    :filed_generation)
ON CONFLICT (county_code, source, source_id) DO NOTHING
