-- Appends how large each table is after the batch. Rows are those of the batch before and what this one added, so that
-- no table is counted whole; without a measurement of the batch before they are counted, once.
-- $1: batch · $2: batch before it, or NULL
-- What the batch added: $3: assets new to scores · $4: snapshots · $5: distinct scores counted · $6: rejected rows
-- $7: accepted rows · $8: rows pruned from window_assets
-- Grain: one row per table. Sizes are those of the files now; dead and updated rows are the statistics of committed work.
with known as (
    select table_name, row_count
    from table_growth
    where as_of_batch_id = $2
),
measured (table_name, added_count, counted) as (
    -- Each count is made only where it is needed. The ledger's row and those of this statement come yet.
    select
        'batches', 1,
        case when not exists (select from known where table_name = 'batches')
            then (select count(*) from batches) + 1 end
    union all
    select
        'batch_distributions', $5::bigint,
        case when not exists (select from known where table_name = 'batch_distributions')
            then (select count(*) from batch_distributions) end
    union all
    select
        'distribution_snapshots', (select count(*) from distribution_snapshots where as_of_batch_id = $1),
        case when not exists (select from known where table_name = 'distribution_snapshots')
            then (select count(*) from distribution_snapshots) end
    union all
    select
        'drift_measurements', (select count(*) from drift_measurements where as_of_batch_id = $1),
        case when not exists (select from known where table_name = 'drift_measurements')
            then (select count(*) from drift_measurements) end
    union all
    select
        'percentile_snapshots', $4::bigint,
        case when not exists (select from known where table_name = 'percentile_snapshots')
            then (select count(*) from percentile_snapshots) end
    union all
    select
        'rejected_assets', $6::bigint,
        case when not exists (select from known where table_name = 'rejected_assets')
            then (select count(*) from rejected_assets) end
    union all
    select
        'scores', $3::bigint,
        case when not exists (select from known where table_name = 'scores')
            then (select count(*) from scores) end
    union all
    select
        'table_growth', 9,
        case when not exists (select from known where table_name = 'table_growth')
            then (select count(*) from table_growth) + 9 end
    union all
    select
        'window_assets', $7::bigint - $8::bigint,
        case when not exists (select from known where table_name = 'window_assets')
            then (select count(*) from window_assets) end
),
parts as (
    select table_name, to_regclass(table_name)::oid as part
    from measured
    union all
    select 'percentile_snapshots', inhrelid
    from pg_inherits
    where inhparent = 'percentile_snapshots'::regclass
),
sizes as (
    select
        parts.table_name,
        sum(pg_table_size(parts.part)) as table_bytes,
        sum(pg_indexes_size(parts.part)) as index_bytes,
        sum(case when relation.reltoastrelid <> 0 then pg_total_relation_size(relation.reltoastrelid) else 0 end)
            as toast_bytes,
        sum(pg_stat_get_dead_tuples(parts.part)) as dead_rows,
        sum(pg_stat_get_tuples_hot_updated(parts.part))::double precision
            / nullif(sum(pg_stat_get_tuples_updated(parts.part)), 0) as hot_update_share
    from parts
    join pg_class as relation on relation.oid = parts.part
    group by parts.table_name
)
insert into table_growth (
    as_of_batch_id, table_name, row_count, heap_bytes, index_bytes, toast_bytes, dead_rows, hot_update_share
)
select
    $1::bigint,
    measured.table_name,
    coalesce(measured.counted, known.row_count + measured.added_count),
    sizes.table_bytes - sizes.toast_bytes,
    sizes.index_bytes,
    sizes.toast_bytes,
    case when current_setting('track_counts')::boolean then sizes.dead_rows end,
    case when current_setting('track_counts')::boolean then sizes.hot_update_share end
from measured
join sizes on sizes.table_name = measured.table_name
left join known on known.table_name = measured.table_name
