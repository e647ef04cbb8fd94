-- Ranks the distinct scores of the window by running sums of its counts.
-- $1: first batch of the window
-- $2: last batch of the window
-- $3: percentile method
-- Grain: one row per industry and distinct score of the window.
create temporary table window_ranks on commit drop as
with window_distribution as (
    select industry, score, sum(asset_count)::bigint as n_eq
    from batch_distributions
    where batch_id between $1 and $2
    group by industry, score
),
running_sums as (
    select
        industry,
        score,
        n_eq,
        (sum(n_eq) over (partition by industry order by score) - n_eq)::bigint as n_lt,
        (sum(n_eq) over (partition by industry))::bigint as n
    from window_distribution
)
select industry, score, percentile_from_counts($3, n_lt, n_eq, n) as percentile
from running_sums
