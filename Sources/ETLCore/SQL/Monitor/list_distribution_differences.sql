-- Scores of a batch that batch_distributions counts otherwise than the snapshots of the batch's own assets.
-- $1: batch
-- $2: as-of batch whose snapshots are counted: the batch itself, or the first as-of batch for one before it
-- $3: whether the snapshots have every asset of the batch; else some may have been scored again since
-- $4: how many at most
-- Grain: one row per industry and score, in order; difference_count is the number of all.
with counted as (
    select industry collate "C" as industry, score, count(*) as asset_count
    from percentile_snapshots
    where as_of_batch_id = $2 and scored_batch_id = $1
    group by industry collate "C", score
),
stored as (
    select industry, score, asset_count
    from batch_distributions
    where batch_id = $1
)
select
    $1::bigint as batch_id,
    null as id,
    format('assets of %s with score %s', industry, score) as subject,
    coalesce(stored.asset_count, 0)::text as stored,
    coalesce(counted.asset_count, 0)::text as recomputed,
    count(*) over () as difference_count
from stored
full join counted using (industry, score)
where coalesce(counted.asset_count, 0) > coalesce(stored.asset_count, 0)
    or ($3 and coalesce(counted.asset_count, 0) < coalesce(stored.asset_count, 0))
order by industry, score
limit $4
