-- Exports distribution_snapshots as CSV.
-- Grain: one row per as-of batch and industry, in order.
copy (
    select
        as_of_batch_id, industry, asset_count, mean, standard_deviation, skewness, minimum, maximum,
        quantiles
    from distribution_snapshots
    order by as_of_batch_id, industry
) to stdout with (format csv, header)
