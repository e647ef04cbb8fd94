-- Why the percentile of an asset moved between two as-of batches.
-- $1: id of the asset
-- $2: earlier as-of batch
-- $3: later as-of batch
-- Grain: one row per step, in order; none where the asset has no snapshot as of either batch.
select
    part, array_to_string(batches, ',') as batches, scored_batch_id, score, industry, below, equal, above, in_all,
    percentile, points
from explain_percentile($1, $2, $3)
order by step
