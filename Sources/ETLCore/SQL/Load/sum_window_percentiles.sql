-- Count and checksum of the snapshots of a large window, as load_window returns them.
-- Grain: one row.
select
    count(*) as snapshot_count,
    coalesce(sum(snapshot_hash(id, scored_batch_id, score, industry, percentile)), 0) as snapshot_checksum
from pg_temp.window_percentiles
