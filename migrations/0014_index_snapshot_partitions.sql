-- A partition of many as-of batches is read batch by batch when the tables are checked. Each batch's snapshots lie
-- together, in the order of loading: ranges of pages (a few kilobytes in all) find them, and cost a load nothing.
-- A partition of one large batch needs no such index: whoever reads it wants all of it.
create or replace function ensure_snapshot_partition(batch_id bigint) returns bigint
language plpgsql security definer set search_path from current as $$
declare
    next_range constant record := next_snapshot_range(batch_id);
    partition_name constant text :=
        format('percentile_snapshots_%s_%s', next_range.range_start, next_range.range_end - 1);
begin
    if not next_range.is_covered then
        execute format('create table %I (like percentile_snapshots including all)', partition_name);
        perform index_snapshot_partition(partition_name);
        perform attach_snapshot_partition(partition_name, next_range.range_start, next_range.range_end);
    end if;
    return next_range.range_end;
end
$$;

create function index_snapshot_partition(partition_name text) returns void
language plpgsql set search_path from current as $$
begin
    execute format(
        'create index on %I using brin (as_of_batch_id) with (pages_per_range = 16)', partition_name);
end
$$;

revoke execute on function index_snapshot_partition(text) from public;

comment on function index_snapshot_partition(text) is
    'Makes the index that finds the snapshots as of one batch in a partition of many.';

select index_snapshot_partition(relname)
from pg_inherits
join pg_class on pg_class.oid = inhrelid
where inhparent = 'percentile_snapshots'::regclass
    and split_part(relname, '_', 3) <> split_part(relname, '_', 4);
