-- Recomputes every snapshot of an as-of batch from the counts of its window, and sums them as the ledger does.
-- $1: first batch of the window
-- $2: as-of batch
-- $3: percentile method
-- Grain: one row.
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
)
select
    count(*) as snapshot_count,
    coalesce(
        sum(snapshot_hash(
            snapshot.id, snapshot.scored_batch_id, snapshot.score, snapshot.industry, snapshot.percentile)),
        0) as snapshot_checksum,
    count(*) filter (
        where snapshot.percentile is distinct from recomputed.percentile
            or snapshot.scored_batch_id not in (select batch_id from batches where batch_id between $1 and $2)
    ) as difference_count
from percentile_snapshots as snapshot
left join recomputed
    on recomputed.industry = snapshot.industry collate "C"
    and recomputed.score = snapshot.score
where snapshot.as_of_batch_id = $2
