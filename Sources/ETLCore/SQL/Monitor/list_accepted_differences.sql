-- Batches whose distribution does not add up to the ledger's count of accepted rows.
-- $1: how many at most
-- Grain: one row per difference; difference_count is the number of all.
with counted as (
    select batch_id, sum(asset_count) as asset_count
    from batch_distributions
    group by batch_id
)
select
    batch_id,
    null as id,
    case when ledger.batch_id is null then 'rows of a batch that the ledger lacks' else 'accepted_count' end as subject,
    case when ledger.batch_id is null then format('%s assets', counted.asset_count) else ledger.accepted_count::text end
        as stored,
    case when ledger.batch_id is not null then coalesce(counted.asset_count, 0)::text end as recomputed,
    count(*) over () as difference_count
from batches as ledger
full join counted using (batch_id)
where ledger.batch_id is null or ledger.accepted_count <> coalesce(counted.asset_count, 0)
order by batch_id
limit $1
