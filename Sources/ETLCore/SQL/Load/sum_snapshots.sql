-- Count and checksum of the snapshots of the window: the sum of a 64-bit hash of each row, whatever their order.
-- Grain: one row.
select
    count(*) as snapshot_count,
    coalesce(
        sum(
            hashtextextended(
                id,
                hashtextextended(
                    industry,
                    hashfloat8extended(score, hashfloat8extended(percentile, scored_batch_id))))),
        0) as snapshot_checksum
from pg_temp.window_percentiles
