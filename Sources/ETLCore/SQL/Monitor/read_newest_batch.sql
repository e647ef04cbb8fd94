-- The newest applied batch, or the newest before another one.
-- $1: the batch that it must precede, or NULL for the newest of all
-- Grain: one row; none where there is no such batch.
select
    batches.batch_id,
    batches.read_count,
    batches.accepted_count,
    batches.rejected_count,
    batch_rejects.is_unusual as rejects_unusual,
    extract(epoch from batches.applied_at)::double precision as applied_at_seconds
from batches
join batch_rejects on batch_rejects.batch_id = batches.batch_id
where batches.batch_id = (select max(batch_id) from batches where $1::bigint is null or batch_id < $1)
