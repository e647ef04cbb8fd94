-- Snapshots of an as-of batch that are not what the counts of its window give.
-- $1: first batch of the window
-- $2: as-of batch
-- $3: percentile method
-- $4: how many at most
-- Grain: one row per snapshot, in order; difference_count is the number of all.
with window_distribution as (
    select industry, score, sum(asset_count)::bigint as n_eq
    from batch_distributions
    where batch_id between $1 and $2
    group by industry, score
),
counts as (
    select
        industry,
        score,
        n_eq,
        (sum(n_eq) over (partition by industry order by score rows unbounded preceding) - n_eq)::bigint as n_lt,
        (sum(n_eq) over (partition by industry))::bigint as n
    from window_distribution
),
recomputed as (
    select industry, score, percentile_from_counts($3, n_lt, n_eq, n) as percentile
    from counts
),
compared as (
    select
        snapshot.id,
        snapshot.scored_batch_id,
        snapshot.score,
        snapshot.industry,
        snapshot.percentile,
        recomputed.percentile as recomputed_percentile,
        snapshot.scored_batch_id in (select batch_id from batches where batch_id between $1 and $2) as is_of_window
    from percentile_snapshots as snapshot
    left join recomputed
        on recomputed.industry = snapshot.industry collate "C"
        and recomputed.score = snapshot.score
    where snapshot.as_of_batch_id = $2
)
select
    $2::bigint as batch_id,
    id,
    case
        when not is_of_window then 'scored_batch_id outside the window'
        when recomputed_percentile is null then format('score %s in %s, which the window lacks', score, industry)
        else 'percentile'
    end as subject,
    case when is_of_window then percentile::text else scored_batch_id::text end as stored,
    case when is_of_window then recomputed_percentile::text end as recomputed,
    count(*) over () as difference_count
from compared
where percentile is distinct from recomputed_percentile or not is_of_window
order by id
limit $4
