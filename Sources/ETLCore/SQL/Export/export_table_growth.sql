-- Exports table_growth as CSV.
-- Grain: one row per as-of batch and table, in order.
copy (
    select
        as_of_batch_id, table_name, row_count, heap_bytes, index_bytes, toast_bytes, dead_rows,
        hot_update_share, measured_at
    from table_growth
    order by as_of_batch_id, table_name
) to stdout with (format csv, header)
