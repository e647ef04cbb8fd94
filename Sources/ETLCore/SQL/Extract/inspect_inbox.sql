-- How many rows wait in the inbox, and for how long the oldest of them has.
-- Grain: one row.
select
    count(*) as waiting_count,
    greatest(extract(epoch from clock_timestamp() - min(received_at)), 0)::double precision as oldest_seconds
from inference_results
where batch_id is null
