-- Exports batch_distributions as CSV.
-- Grain: one row per batch, industry and score, in order.
copy (
    select batch_id, industry, score, asset_count
    from batch_distributions
    order by batch_id, industry, score
) to stdout with (format csv, header)
