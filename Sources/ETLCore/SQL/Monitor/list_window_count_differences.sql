-- Scores that window_assets holds in another number than batch_distributions counts for the newest window's batches,
-- and rows of other batches.
-- $1: window size
-- $2: how many at most
-- Grain: one row per batch, industry and score, in order; difference_count is the number of all.
with window_batches as (
    select batch_id
    from batches
    order by batch_id desc
    limit $1
),
expected as (
    select batch_id, industry, score, asset_count
    from batch_distributions
    where batch_id in (select batch_id from window_batches)
),
held as (
    select batch_id, industry, score, count(*) as asset_count
    from window_assets
    group by batch_id, industry, score
)
select
    batch_id,
    null as id,
    format('assets of %s with score %s', industry, score) as subject,
    coalesce(held.asset_count, 0)::text as stored,
    coalesce(expected.asset_count, 0)::text as recomputed,
    count(*) over () as difference_count
from expected
full join held using (batch_id, industry, score)
where expected.asset_count is distinct from held.asset_count
order by batch_id, industry, score
limit $2
