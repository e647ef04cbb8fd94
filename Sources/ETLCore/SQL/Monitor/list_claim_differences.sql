-- Batches whose claimed rows, as far as they are kept in the inbox, are not those that the ledger says were read.
-- $1: how many at most
-- Grain: one row per difference; difference_count is the number of all.
with claimed as (
    select batch_id, count(*) as row_count
    from inference_results
    where batch_id is not null
    group by batch_id
)
select
    batch_id,
    null as id,
    case
        when ledger.batch_id is null then 'claims of a batch that the ledger lacks'
        when ledger.source <> 'inference_results' then 'claims of a batch from elsewhere'
        else 'claimed rows'
    end as subject,
    claimed.row_count::text as stored,
    case when ledger.source = 'inference_results' then ledger.read_count::text end as recomputed,
    count(*) over () as difference_count
from claimed
left join batches as ledger using (batch_id)
where ledger.batch_id is null
    or ledger.source <> 'inference_results'
    or ledger.read_count <> claimed.row_count
order by batch_id
limit $1
