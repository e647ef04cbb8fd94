-- How often each reason led to a rejection in some batches.
-- $1: the batches, as an array
-- Grain: one row per batch and reason.
select batch_id, reason, count(*) as row_count
from rejected_assets
cross join lateral unnest(reasons) as reason
where batch_id = any ($1::bigint[])
group by batch_id, reason
order by batch_id, reason
