-- How many rows were rejected, by batch and reason.
-- $1: batch, or NULL for all
-- $2: reason, or NULL for all
-- Grain: one row per batch and reason; a row with two reasons counts in both.
select batch_id, reason, count(*) as row_count
from rejected_assets
cross join unnest(reasons) as reason
where ($1::bigint is null or batch_id = $1)
    and ($2::text is null or reason = $2)
group by batch_id, reason
order by batch_id, row_count desc, reason
