-- Pins a window as the baseline of drift, unless the newest pin is the same.
-- $1: its first batch
-- $2: its last batch
-- Grain: the row that was added, if any.
insert into drift_baselines (baseline_id, first_batch_id, last_batch_id)
select coalesce(max(baseline_id), 0) + 1, $1, $2
from drift_baselines
having not exists (
    select
    from drift_baselines as newest
    where newest.first_batch_id = $1
        and newest.last_batch_id = $2
        and not exists (select from drift_baselines as newer where newer.baseline_id > newest.baseline_id)
)
returning baseline_id
