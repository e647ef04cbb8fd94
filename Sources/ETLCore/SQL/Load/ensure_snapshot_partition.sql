-- Makes the partition for the snapshots as of a batch, where it is missing.
-- $1: as-of batch
select ensure_snapshot_partition($1) as first_batch_id_beyond
