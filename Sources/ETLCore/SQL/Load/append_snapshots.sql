-- Appends the percentiles of the window's assets as of its last batch.
-- $1: as-of batch
-- Grain: one row per asset of the window.
insert into percentile_snapshots (as_of_batch_id, id, scored_batch_id, score, industry, percentile)
select $1::bigint, id, scored_batch_id, score, industry, percentile
from pg_temp.window_percentiles
