-- How large the tables were after one batch.
-- $1: the batch
-- Grain: one row per table.
select table_name, row_count, heap_bytes, index_bytes, toast_bytes, dead_rows
from table_growth
where as_of_batch_id = $1
order by table_name
