-- Exports percentile_snapshots as CSV.
-- Grain: one row per as-of batch and asset, in order.
copy (
    select as_of_batch_id, id, scored_batch_id, score, industry, percentile
    from percentile_snapshots
    order by as_of_batch_id, id
) to stdout with (format csv, header)
