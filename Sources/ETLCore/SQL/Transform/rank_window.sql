-- The percentile of every asset of the window, by its latest score there.
-- $1: first batch of the window
-- $2: last batch of the window
-- $3: percentile method
-- Grain: one row per asset. The counts are summed and ranked, then joined with the assets by score; no asset is sorted.
insert into pg_temp.window_percentiles (id, scored_batch_id, score, industry, percentile)
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
        (sum(n_eq) over lower_scores - n_eq)::bigint as n_lt,
        (sum(n_eq) over (partition by industry))::bigint as n
    from window_distribution
    window lower_scores as (partition by industry order by score rows unbounded preceding)
),
ranks as (
    select industry, score, percentile_from_counts($3, n_lt, n_eq, n) as percentile
    from running_sums
),
latest as (
    select id, batch_id, score, industry
    from window_assets
    where batch_id = $2
    union all
    select id, batch_id, score, industry
    from window_assets as earlier
    where earlier.batch_id between $1 and $2 - 1
        and not exists (
            select
            from window_assets as later
            where later.id = earlier.id
                and later.batch_id > earlier.batch_id
                and later.batch_id between $1 + 1 and $2
        )
)
select latest.id, latest.batch_id as scored_batch_id, latest.score, latest.industry, ranks.percentile
from latest
join ranks on ranks.industry = latest.industry and ranks.score = latest.score
