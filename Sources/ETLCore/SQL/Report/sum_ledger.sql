-- What the whole ledger sums up to, and the usual pause between two batches.
-- Grain: one row.
select
    count(*) as batch_count,
    coalesce(sum(read_count), 0)::bigint as read_count,
    coalesce(sum(accepted_count), 0)::bigint as accepted_count,
    coalesce(sum(rejected_count), 0)::bigint as rejected_count,
    (
        select percentile_cont(0.5) within group (order by pause)
        from (
            select extract(epoch from applied_at - lag(applied_at) over (order by batch_id))::double precision as pause
            from (select batch_id, applied_at from batches order by batch_id desc limit 21) as newest
        ) as pauses
    ) as usual_pause_seconds,
    extract(epoch from clock_timestamp() - max(applied_at))::double precision as age_seconds,
    to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"') as made_at
from batches
