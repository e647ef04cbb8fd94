-- Who holds the lock of the job on a schema.
-- $1: schema
-- Grain: at most one row. What the current user may not see of other sessions is NULL.
select
    locks.pid,
    activity.usename as user_name,
    nullif(activity.application_name, '') as application_name,
    coalesce(
        activity.client_hostname,
        host(activity.client_addr),
        case when activity.client_port = -1 then 'this server''s socket' end) as host,
    to_char(activity.xact_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since,
    activity.state = 'active' as is_active,
    case when activity.query <> '<insufficient privilege>' then activity.query end as query,
    null as lock_mode,
    null as table_name
from pg_locks as locks
left join pg_stat_activity as activity on activity.pid = locks.pid
where locks.locktype = 'advisory'
    and locks.granted
    and locks.database = (select oid from pg_database where datname = current_database())
    and locks.objsubid = 1
    and locks.classid::bigint << 32 | locks.objid::bigint = hashtextextended('etl-job:' || $1, 0)
    and locks.pid is distinct from pg_backend_pid()
limit 1
