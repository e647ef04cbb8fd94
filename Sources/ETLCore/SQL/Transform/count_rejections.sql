-- How often each reason led to a rejection in a batch.
-- $1: batch
-- Grain: one row per reason; a row with two reasons counts in both.
select reason, count(*) as row_count
from rejected_assets
cross join unnest(reasons) as reason
where batch_id = $1
group by reason
order by row_count desc, reason
