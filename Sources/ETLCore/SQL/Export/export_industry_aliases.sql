-- Exports industry_aliases as CSV.
-- Grain: one row per label, in order.
copy (
    select label, industry
    from industry_aliases
    order by label
) to stdout with (format csv, header)
