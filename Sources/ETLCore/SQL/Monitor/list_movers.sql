-- The assets whose percentile changed most between two as-of batches, those that rose and those that fell.
-- $1: later as-of batch
-- $2: earlier as-of batch
-- $3: industry as of the later batch, or NULL for all
-- $4: smallest change, in percentile points
-- $5: how many at most that rose, and how many that fell
-- Grain: one row per asset that has a snapshot as of both; the largest rise first, then the largest fall first. Only
-- the partitions of the two batches are read.
with moved as materialized (
    select
        later.id,
        earlier.score as old_score,
        later.score,
        earlier.industry as old_industry,
        later.industry,
        earlier.percentile as old_percentile,
        later.percentile,
        later.percentile - earlier.percentile as change
    from percentile_snapshots as later
    join percentile_snapshots as earlier on earlier.id = later.id
    where later.as_of_batch_id = $1
        and earlier.as_of_batch_id = $2
        and ($3::text is null or later.industry = $3)
        and abs(later.percentile - earlier.percentile) >= $4
),
risen as (
    select *
    from moved
    where change > 0
    order by change desc, id
    limit $5
),
fallen as (
    select *
    from moved
    where change < 0
    order by change, id
    limit $5
)
select * from risen
union all
select * from fallen
order by change desc, id
