-- Grain: one row per batch and table, and one for all tables together, '(all)'.
create view growth_history as
with measured as (
    select
        as_of_batch_id,
        table_name,
        row_count,
        heap_bytes,
        index_bytes,
        toast_bytes,
        heap_bytes + index_bytes + toast_bytes as total_bytes,
        dead_rows,
        hot_update_share,
        measured_at
    from table_growth
    union all
    select
        as_of_batch_id,
        '(all)',
        sum(row_count)::bigint,
        sum(heap_bytes)::bigint,
        sum(index_bytes)::bigint,
        sum(toast_bytes)::bigint,
        sum(heap_bytes + index_bytes + toast_bytes)::bigint,
        sum(dead_rows)::bigint,
        null,
        max(measured_at)
    from table_growth
    group by as_of_batch_id
)
select
    as_of_batch_id,
    table_name,
    row_count,
    row_count - lag(row_count) over batches as new_rows,
    heap_bytes,
    index_bytes,
    toast_bytes,
    total_bytes,
    total_bytes - lag(total_bytes) over batches as new_bytes,
    total_bytes / nullif(row_count, 0)::double precision as bytes_per_row,
    dead_rows,
    hot_update_share,
    measured_at
from measured
window batches as (partition by table_name order by as_of_batch_id);

comment on view growth_history is
    'How large each table was after each batch, and how much it grew since the batch before; (all) is all tables '
    'together. Forecasts: etl-job growth. Example: select * from growth_history where table_name = ''(all)'' '
    'order by as_of_batch_id desc limit 10;';
comment on column growth_history.as_of_batch_id is 'The batch after which it was measured.';
comment on column growth_history.table_name is 'The table, its partitions included; (all) for all of them together.';
comment on column growth_history.row_count is 'Rows, exactly.';
comment on column growth_history.new_rows is
    'Rows more than after the batch measured before; NULL for the first measurement.';
comment on column growth_history.heap_bytes is 'Bytes of the rows themselves, with free space and maps.';
comment on column growth_history.index_bytes is 'Bytes of its indexes.';
comment on column growth_history.toast_bytes is 'Bytes of values stored out of line, with their index.';
comment on column growth_history.total_bytes is 'All three together.';
comment on column growth_history.new_bytes is
    'Bytes more than after the batch measured before, in all; files grow by whole pages, so single figures jump.';
comment on column growth_history.bytes_per_row is 'Bytes in all for each row; NULL where there are no rows.';
comment on column growth_history.dead_rows is
    'Rows that vacuum has yet to remove, by the server''s statistics; NULL where it keeps none.';
comment on column growth_history.hot_update_share is
    'Share of all updates so far that needed no index entry (0 to 1), by the server''s statistics; NULL without updates.';
comment on column growth_history.measured_at is 'When, by the server''s clock.';

create view scores_growth as
select
    as_of_batch_id, row_count, new_rows, heap_bytes, index_bytes, toast_bytes, total_bytes, new_bytes, bytes_per_row,
    dead_rows, hot_update_share, measured_at
from growth_history
where table_name = 'scores'
order by as_of_batch_id;

comment on view scores_growth is
    'How large the table scores was after each batch, and how much it grew since the batch before. '
    'All tables: growth_history. Forecasts: etl-job growth --table scores';
comment on column scores_growth.as_of_batch_id is 'The batch after which it was measured.';
comment on column scores_growth.row_count is 'Rows, exactly: assets ever scored.';
comment on column scores_growth.new_rows is
    'Rows more than after the batch measured before; NULL for the first measurement.';
comment on column scores_growth.heap_bytes is 'Bytes of the rows themselves, with free space and maps.';
comment on column scores_growth.index_bytes is 'Bytes of its index.';
comment on column scores_growth.toast_bytes is 'Bytes of values stored out of line, with their index.';
comment on column scores_growth.total_bytes is 'All three together.';
comment on column scores_growth.new_bytes is
    'Bytes more than after the batch measured before, in all; files grow by whole pages, so single figures jump.';
comment on column scores_growth.bytes_per_row is 'Bytes in all for each row; NULL where there are no rows.';
comment on column scores_growth.dead_rows is
    'Rows that vacuum has yet to remove, by the server''s statistics; NULL where it keeps none.';
comment on column scores_growth.hot_update_share is
    'Share of all updates so far that needed no index entry (0 to 1), by the server''s statistics; NULL without updates.';
comment on column scores_growth.measured_at is 'When, by the server''s clock.';
