-- Partitions of percentile_snapshots are made ahead of need. Only the owner may attach one, so this runs
-- with the owner's rights and a fixed search_path. CREATE and ATTACH lock out no reader, unlike PARTITION OF.
create function ensure_snapshot_partition(batch_id bigint) returns bigint
language plpgsql security definer set search_path from current as $$
declare
    batches_per_partition constant bigint := 100;
    range_start constant bigint := batch_id / batches_per_partition * batches_per_partition;
    range_end constant bigint := range_start + batches_per_partition;
    partition_name constant text := format('percentile_snapshots_%s_%s', range_start, range_end - 1);
begin
    if exists (
        select from pg_inherits
        where inhparent = 'percentile_snapshots'::regclass and inhrelid = to_regclass(partition_name)
    ) then
        return range_end;
    end if;
    execute format('create table %I (like percentile_snapshots including all)', partition_name);
    -- The parent's triggers do not fire for statements on a partition.
    execute format(
        'create trigger history_is_append_only before update or delete or truncate on %I '
        'for each statement execute function refuse_change_of_history()', partition_name);
    execute format(
        'comment on table %I is ''Snapshots as of batches %s to %s.''', partition_name, range_start, range_end - 1);
    execute format(
        'alter table percentile_snapshots attach partition %I for values from (%s) to (%s)',
        partition_name, range_start, range_end);
    return range_end;
end
$$;

revoke execute on function ensure_snapshot_partition(bigint) from public;

comment on function ensure_snapshot_partition(bigint) is
    'Makes the partition of percentile_snapshots that holds this as-of batch, where it is missing, '
    'and returns the first as-of batch beyond it.';
