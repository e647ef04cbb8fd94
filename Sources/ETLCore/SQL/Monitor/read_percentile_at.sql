-- What a score would be worth in an industry as of a batch, and the counts that this comes from.
-- $1: score
-- $2: industry
-- $3: as-of batch
-- Grain: one row.
select
    percentile_at($1, $2, $3) as percentile,
    coalesce(sum(asset_count) filter (where score < $1), 0)::bigint as below,
    coalesce(sum(asset_count) filter (where score = $1), 0)::bigint as equal,
    coalesce(sum(asset_count), 0)::bigint as in_all
from window_distribution((select window_first_batch_id from batches where batch_id = $3), $3)
where industry = $2
