-- Exports batches as CSV.
-- Grain: one row per applied batch, in order.
copy (
    select
        batch_id, source, content_sha256, read_count, accepted_count, rejected_count, byte_size,
        window_first_batch_id, window_size, percentile_method, rescore, score_minimum, score_maximum,
        snapshot_count, snapshot_checksum, applied_at, duration, job_version
    from batches
    order by batch_id
) to stdout with (format csv, header)
