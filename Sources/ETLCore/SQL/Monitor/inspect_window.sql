-- Whether window_assets holds just the accepted assets of the window's batches, and staging nothing.
-- Grain: one row.
with newest as (
    select batch_id, accepted_count, window_size
    from batches
    order by batch_id desc
    limit 1
),
window_batches as (
    select batch_id, accepted_count
    from batches
    order by batch_id desc
    limit (select window_size from newest)
)
select
    (select batch_id from newest) as newest_batch_id,
    (select window_size from newest) as window_size,
    (select count(*) from window_batches) as window_batch_count,
    (select coalesce(sum(accepted_count), 0)::bigint from window_batches) as expected_asset_count,
    (select count(*) from window_assets) as asset_count,
    (select count(*) from staging_assets) as staged_count,
    has_database_privilege(current_database(), 'temporary') as may_make_work_tables,
    has_schema_privilege(current_schema(), 'create') as may_create_in_schema
