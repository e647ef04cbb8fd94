-- Assets that scores has and no snapshot names, which by their score are those that a batch of this window counted
-- and its own snapshots lack. The expected percentile is counted for each that is named.
-- $1: first as-of batch of the history
-- $2: first batch of the window
-- $3: as-of batch
-- $4: percentile method
-- $5: how many at most
-- Grain: one row per asset, in order; difference_count is the number of all.
with own_counts as (
    select scored_batch_id as batch_id, industry collate "C" as industry, score, count(*) as asset_count
    from percentile_snapshots
    where as_of_batch_id between greatest($1::bigint, $2) and $3
        and as_of_batch_id = greatest($1, scored_batch_id)
        and scored_batch_id >= $2
    group by scored_batch_id, industry collate "C", score
),
deficits as (
    select industry, score, max(batch_id) as batch_id
    from batch_distributions as distribution
    left join own_counts using (batch_id, industry, score)
    where batch_id between $2 and $3
        and distribution.asset_count > coalesce(own_counts.asset_count, 0)
    group by industry, score
),
lost as (
    select scores.id, scores.score, deficits.industry, deficits.batch_id, count(*) over () as difference_count
    from scores
    join deficits on deficits.industry = scores.industry collate "C" and deficits.score = scores.score
    where not exists (select from percentile_snapshots as snapshot where snapshot.id = scores.id)
        and not exists (
            select
            from window_assets
            where window_assets.id = scores.id and window_assets.batch_id between $2 and $3
        )
    order by scores.id
    limit $5
)
select
    $3::bigint as batch_id,
    lost.id,
    'snapshot is missing' as subject,
    null as stored,
    format(
        'percentile %s, score %s in %s of batch %s', counted.percentile, lost.score, lost.industry, lost.batch_id)
        as recomputed,
    lost.difference_count
from lost
cross join lateral (
    select percentile_from_counts(
        $4,
        coalesce(sum(asset_count) filter (where distribution.score < lost.score), 0)::bigint,
        coalesce(sum(asset_count) filter (where distribution.score = lost.score), 0)::bigint,
        coalesce(sum(asset_count), 0)::bigint) as percentile
    from batch_distributions as distribution
    where distribution.batch_id between $2 and $3 and distribution.industry = lost.industry
) as counted
order by lost.id
