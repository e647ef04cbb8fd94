-- As whom a run works, and what that role could do beyond its task.
-- Grain: one row.
with history as (
    select pg_class.oid, relname
    from pg_class
    where pg_class.oid in (
        'batches'::regclass, 'batch_distributions'::regclass, 'percentile_snapshots'::regclass,
        'rejected_assets'::regclass)
    union all
    select inhrelid, relname
    from pg_inherits
    join pg_class on pg_class.oid = inhrelid
    where inhparent = 'percentile_snapshots'::regclass
),
excesses as (
    select format('%s on %s', string_agg(privilege, ', ' order by privilege), relname) as excess
    from history
    cross join unnest(array['update', 'delete', 'truncate']) as privilege
    where has_table_privilege(current_user, history.oid, privilege)
    group by relname
    union all
    select format('create on schema %s', current_schema())
    where has_schema_privilege(current_user, current_schema(), 'create')
)
select
    current_user as role_name,
    session_user as user_name,
    exists (
        select
        from pg_roles
        where rolname = 'etl_reader' and pg_has_role(oid, 'member') and not has_table_privilege('batches', 'insert')
    ) as is_reader,
    (
        select has_table_privilege(oid, 'batches', 'insert')
        from pg_roles
        where rolname = 'etl_writer'
    ) as writer_is_granted,
    (select string_agg(excess, ' and ' order by excess) from excesses) as excess
