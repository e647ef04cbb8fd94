-- Exports rejected_assets as CSV.
-- Grain: one row per rejected raw row, in order.
copy (
    select batch_id, row_number, id, score, industry, raw, reasons
    from rejected_assets
    order by batch_id, row_number
) to stdout with (format csv, header)
