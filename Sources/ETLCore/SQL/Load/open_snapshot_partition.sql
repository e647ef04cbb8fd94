-- Makes an empty table for the snapshots of one large window, not attached yet; NULL where a partition covers them.
-- $1: as-of batch
select open_snapshot_partition($1) as partition_name
