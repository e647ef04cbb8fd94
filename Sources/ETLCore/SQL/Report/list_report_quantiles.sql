-- Five quantiles of the windows that some batches completed.
-- $1: the batches, as an array
-- Grain: one row per industry and batch, in order.
select
    industry, as_of_batch_id, asset_count, mean,
    quantiles[6] as percent_5, quantiles[26] as percent_25, quantiles[51] as percent_50, quantiles[76] as percent_75,
    quantiles[96] as percent_95
from distribution_snapshots
where as_of_batch_id = any ($1::bigint[])
order by industry, as_of_batch_id
