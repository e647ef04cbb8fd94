-- Builds the index of a filled table and attaches it to percentile_snapshots.
-- $1: as-of batch
select close_snapshot_partition($1)
