-- Grain: one row per batch and table, written in the batch's transaction.
create table table_growth (
    as_of_batch_id bigint not null,
    table_name text collate "C" not null,
    row_count bigint not null
        constraint row_count_is_not_negative check (row_count >= 0),
    heap_bytes bigint not null,
    index_bytes bigint not null,
    toast_bytes bigint not null,
    dead_rows bigint,
    hot_update_share double precision
        constraint hot_update_share_is_between_0_and_1 check (hot_update_share between 0 and 1),
    measured_at timestamptz not null default clock_timestamp(),
    constraint one_measurement_per_batch_and_table primary key (as_of_batch_id, table_name)
);

comment on table table_growth is
    'How large each table is, sampled at every batch; append-only. Rows are exact, by arithmetic from the ledger; '
    'bytes are what the server says. Forecasts: etl-job growth';
comment on column table_growth.as_of_batch_id is 'The batch after which it was measured.';
comment on column table_growth.table_name is 'The table, its partitions included.';
comment on column table_growth.row_count is 'Rows, exactly.';
comment on column table_growth.heap_bytes is 'Bytes of the rows themselves, with free space and maps.';
comment on column table_growth.index_bytes is 'Bytes of its indexes.';
comment on column table_growth.toast_bytes is 'Bytes of values stored out of line, with their index.';
comment on column table_growth.dead_rows is
    'Rows that vacuum has yet to remove, by the server''s statistics; NULL where it keeps none.';
comment on column table_growth.hot_update_share is
    'Share of all updates so far that needed no index entry (0 to 1), by the server''s statistics; NULL without updates.';
comment on column table_growth.measured_at is 'When, by the server''s clock.';

create trigger history_is_append_only before update or delete or truncate on table_growth
    for each statement execute function refuse_change_of_history();
