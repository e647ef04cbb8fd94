-- The newest applied batch, or the newest before another one.
-- $1: the batch that it must precede, or NULL for the newest of all
-- Grain: one row; none where there is no such batch.
select
    batch_id, read_count, accepted_count, rejected_count,
    extract(epoch from applied_at)::double precision as applied_at_seconds
from batches
where $1::bigint is null or batch_id < $1
order by batch_id desc
limit 1
