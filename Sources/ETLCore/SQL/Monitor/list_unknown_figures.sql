-- Figures as of batches that the ledger lacks, or whose window was not full.
-- $1: window size
-- $2: how many at most
-- Grain: one row per table and as-of batch; difference_count is the number of all.
with counted as (
    select 'distribution_snapshots' as table_name, as_of_batch_id, count(*) as row_count
    from distribution_snapshots
    group by as_of_batch_id
    union all
    select 'drift_measurements', as_of_batch_id, count(*)
    from drift_measurements
    group by as_of_batch_id
),
windows as (
    select batch_id, lag(batch_id, $1 - 1) over (order by batch_id) as first_batch_id
    from batches
)
select
    counted.as_of_batch_id as batch_id,
    null as id,
    format(
        '%s as of a batch %s', counted.table_name,
        case when windows.batch_id is null then 'that the ledger lacks' else 'whose window was not full' end) as subject,
    counted.row_count::text as stored,
    '0' as recomputed,
    count(*) over () as difference_count
from counted
left join windows on windows.batch_id = counted.as_of_batch_id
where windows.first_batch_id is null
order by counted.as_of_batch_id, counted.table_name
limit $2
