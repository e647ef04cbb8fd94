-- Exports scores as CSV.
-- Grain: one row per asset, in order.
copy (
    select id, score, industry, percentile
    from scores
    order by id
) to stdout with (format csv, header)
