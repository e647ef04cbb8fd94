-- Appends the figures of the window's distributions.
-- $1: first batch of the window
-- $2: last batch of the window, the as-of batch
-- Grain: one row per industry that has assets in the window.
insert into distribution_snapshots (
    as_of_batch_id, industry, asset_count, mean, standard_deviation, skewness, minimum, maximum, quantiles
)
select $2::bigint, industry, asset_count, mean, standard_deviation, skewness, minimum, maximum, quantiles
from distribution_figures($1, $2)
