-- Every percentile that an asset ever had.
-- $1: id of the asset
-- Grain: one row per as-of batch, in order.
select as_of_batch_id, scored_batch_id, score, industry, percentile, change
from asset_history($1)
order by as_of_batch_id
