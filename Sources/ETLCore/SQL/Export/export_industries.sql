-- Exports industries as CSV.
-- Grain: one row per industry, in order.
copy (
    select industry
    from industries
    order by industry
) to stdout with (format csv, header)
