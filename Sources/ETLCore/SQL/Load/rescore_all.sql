-- Re-expresses every asset ever scored against the newest window.
-- $1: first batch of the window
-- $2: last batch of the window
-- $3: percentile method
-- Grain: one row per asset whose percentile differs; a score that the window lacks is ranked between its own.
with counted as (
    select industry, score, asset_count
    from batch_distributions
    where batch_id between $1 and $2
    union all
    select distinct industry collate "C", score, 0
    from scores
),
points as (
    select industry, score, sum(asset_count)::bigint as n_eq
    from counted
    group by industry, score
),
running_sums as (
    select
        industry,
        score,
        n_eq,
        (sum(n_eq) over lower_scores - n_eq)::bigint as n_lt,
        (sum(n_eq) over (partition by industry))::bigint as n
    from points
    window lower_scores as (partition by industry order by score rows unbounded preceding)
),
ranks as (
    select industry, score, percentile_from_counts($3, n_lt, n_eq, n) as percentile
    from running_sums
)
update scores
set percentile = ranks.percentile
from ranks
where ranks.industry = scores.industry collate "C"
    and ranks.score = scores.score
    and scores.percentile is distinct from ranks.percentile
