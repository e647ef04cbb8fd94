-- The whole ledger.
-- Grain: one row per applied batch, in order.
select
    batch_id, source, content_sha256, read_count, accepted_count, rejected_count, byte_size,
    window_first_batch_id, window_size, percentile_method, rescore, score_minimum, score_maximum,
    snapshot_count, snapshot_checksum,
    to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as applied_at,
    extract(epoch from applied_at)::double precision as applied_at_seconds,
    extract(epoch from duration)::double precision as duration_seconds,
    job_version
from batches
order by batch_id
