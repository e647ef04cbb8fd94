-- Sizes of the tables after some batches.
-- $1: the batches, as an array
-- Grain: one row per table and batch, in order.
select
    table_name, as_of_batch_id, row_count, heap_bytes + index_bytes + toast_bytes as total_bytes,
    heap_bytes, index_bytes, toast_bytes, extract(epoch from measured_at)::double precision as measured_at_seconds
from table_growth
where as_of_batch_id = any ($1::bigint[])
order by table_name, as_of_batch_id
