-- The windows that drift in the long run is measured from: the pinned ones, or before any the first full window.
-- Grain: one row per pin, the newest first; or one row without a number for the first full window.
select
    baseline_id,
    first_batch_id,
    last_batch_id,
    to_char(pinned_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as pinned_at,
    pinned_by
from drift_baselines
union all
(select null, window_first_batch_id, batch_id, null, null
from batches
where window_first_batch_id is not null and not exists (select from drift_baselines)
order by batch_id
limit 1)
order by baseline_id desc
