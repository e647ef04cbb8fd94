-- How often each reason led to a rejection in a batch, and how many rows were rejected.
-- $1: batch
-- Grain: one row per reason, a row with two reasons counts in both; and one without a reason for all rows.
select null as reason, count(*) as row_count
from rejected_assets
where batch_id = $1
union all
select reason, count(*)
from rejected_assets
cross join unnest(reasons) as reason
where batch_id = $1
group by reason
