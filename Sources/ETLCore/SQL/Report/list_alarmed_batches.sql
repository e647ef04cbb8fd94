-- The newest batches with an alarm of drift.
-- $1: how many at most
-- Grain: one row per batch, the newest first.
select as_of_batch_id as batch_id
from drift_measurements
where is_alarm
group by as_of_batch_id
order by as_of_batch_id desc
limit $1
