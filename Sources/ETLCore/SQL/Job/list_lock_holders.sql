-- Who holds locks on tables of a schema.
-- $1: schema
-- $2: how many at most
-- Grain: one row per session, the one with the strongest lock first; a transaction prepared for two-phase commit has
-- no session (its pid is NULL). What the current user may not see of other sessions is NULL.
with held as (
    select distinct on (locks.pid, locks.virtualtransaction)
        locks.pid,
        locks.mode as lock_mode,
        relations.relname as table_name,
        array_position(
            array[
                'AccessShareLock', 'RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock',
                'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'],
            locks.mode) as strength
    from pg_locks as locks
    join pg_class as relations on relations.oid = locks.relation
    where locks.locktype = 'relation'
        and locks.granted
        and locks.database = (select oid from pg_database where datname = current_database())
        and relations.relnamespace = to_regnamespace(quote_ident($1))
        and locks.pid is distinct from pg_backend_pid()
    order by locks.pid, locks.virtualtransaction, strength desc nulls last, relations.relkind desc, relations.relname
)
select
    held.pid,
    activity.usename as user_name,
    nullif(activity.application_name, '') as application_name,
    coalesce(
        activity.client_hostname,
        host(activity.client_addr),
        case when activity.client_port = -1 then 'this server''s socket' end) as host,
    to_char(activity.xact_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since,
    activity.state = 'active' as is_active,
    case when activity.query <> '<insufficient privilege>' then activity.query end as query,
    held.lock_mode,
    held.table_name
from held
left join pg_stat_activity as activity on activity.pid = held.pid
where held.strength is not null
    and activity.backend_type is distinct from 'parallel worker'
order by held.strength desc, activity.xact_start, held.pid
limit $2
