-- Snapshots as of batches that the ledger lacks, or whose window was not full.
-- $1: window size
-- $2: how many at most
-- Grain: one row per as-of batch; difference_count is the number of all.
with counted as (
    select as_of_batch_id, count(*) as snapshot_count
    from percentile_snapshots
    group by as_of_batch_id
),
windows as (
    select batch_id, lag(batch_id, $1 - 1) over (order by batch_id) as first_batch_id
    from batches
)
select
    counted.as_of_batch_id as batch_id,
    null as id,
    case
        when windows.batch_id is null then 'snapshots as of a batch that the ledger lacks'
        else 'snapshots before the window was full'
    end as subject,
    counted.snapshot_count::text as stored,
    '0' as recomputed,
    count(*) over () as difference_count
from counted
left join windows on windows.batch_id = counted.as_of_batch_id
where windows.first_batch_id is null
order by counted.as_of_batch_id
limit $2
