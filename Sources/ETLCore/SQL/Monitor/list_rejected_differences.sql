-- Batches whose rejected rows are not as many as the ledger says.
-- $1: how many at most
-- Grain: one row per difference; difference_count is the number of all.
with counted as (
    select batch_id, count(*) as row_count
    from rejected_assets
    group by batch_id
)
select
    batch_id,
    null as id,
    case when ledger.batch_id is null then 'rows of a batch that the ledger lacks' else 'rejected_count' end as subject,
    case when ledger.batch_id is null then format('%s rows', counted.row_count) else ledger.rejected_count::text end
        as stored,
    case when ledger.batch_id is not null then coalesce(counted.row_count, 0)::text end as recomputed,
    count(*) over () as difference_count
from batches as ledger
full join counted using (batch_id)
where ledger.batch_id is null or ledger.rejected_count <> coalesce(counted.row_count, 0)
order by batch_id
limit $1
