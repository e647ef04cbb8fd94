-- How large each table was after the newest batches.
-- $1: how many batches at most
-- Grain: one row per measured table and batch, in order of the batches; '(all)' is all tables together.
select
    as_of_batch_id, table_name, row_count, heap_bytes, index_bytes, toast_bytes, dead_rows, hot_update_share,
    extract(epoch from measured_at)::double precision as measured_at_seconds
from growth_history
where as_of_batch_id in (select distinct as_of_batch_id from table_growth order by as_of_batch_id desc limit $1)
order by table_name, as_of_batch_id
