-- The ledger rows of some batches.
-- $1: the batches, as an array
-- Grain: one row per batch, in order.
select
    batch_id, source, read_count, accepted_count, rejected_count, window_first_batch_id, window_size, percentile_method,
    snapshot_count,
    to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as applied_at,
    extract(epoch from duration)::double precision as duration_seconds
from batches
where batch_id = any ($1::bigint[])
order by batch_id
