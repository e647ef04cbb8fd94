-- Partitions of percentile_snapshots cover 100 as-of batches, or one where a batch is so large that filling a table
-- before its index is built pays. Only the owner may make and attach one, so these functions run with the owner's
-- rights and a fixed search_path. CREATE and ATTACH lock out no reader, unlike PARTITION OF.

-- The range of the partition to make for an as-of batch that none covers yet: it begins after the newest partition.
create function next_snapshot_range(
    batch_id bigint, out range_start bigint, out range_end bigint, out is_covered boolean)
language sql stable set search_path from current
as $$
    with existing as (
        select
            split_part(relname, '_', 3)::bigint as first_batch_id,
            split_part(relname, '_', 4)::bigint as last_batch_id
        from pg_inherits
        join pg_class on pg_class.oid = inhrelid
        where inhparent = 'percentile_snapshots'::regclass
    ),
    covering as (
        select last_batch_id
        from existing
        where next_snapshot_range.batch_id between first_batch_id and last_batch_id
    )
    select
        greatest(
            next_snapshot_range.batch_id / 100 * 100,
            (select max(last_batch_id) + 1 from existing where last_batch_id < next_snapshot_range.batch_id)),
        coalesce((select last_batch_id + 1 from covering), next_snapshot_range.batch_id / 100 * 100 + 100),
        exists (select from covering)
$$;

create function attach_snapshot_partition(partition_name text, range_start bigint, range_end bigint) returns void
language plpgsql set search_path from current as $$
begin
    -- The parent's triggers do not fire for statements on a partition.
    execute format(
        'create trigger history_is_append_only before update or delete or truncate on %I '
        'for each statement execute function refuse_change_of_history()', partition_name);
    execute format(
        'comment on table %I is %L', partition_name,
        format('Snapshots as of batches %s to %s.', range_start, range_end - 1));
    execute format(
        'alter table percentile_snapshots attach partition %I for values from (%s) to (%s)',
        partition_name, range_start, range_end);
end
$$;

create function ensure_snapshot_partition(batch_id bigint) returns bigint
language plpgsql security definer set search_path from current as $$
declare
    next_range constant record := next_snapshot_range(batch_id);
    partition_name constant text :=
        format('percentile_snapshots_%s_%s', next_range.range_start, next_range.range_end - 1);
begin
    if not next_range.is_covered then
        execute format('create table %I (like percentile_snapshots including all)', partition_name);
        perform attach_snapshot_partition(partition_name, next_range.range_start, next_range.range_end);
    end if;
    return next_range.range_end;
end
$$;

create function open_snapshot_partition(batch_id bigint) returns text
language plpgsql security definer set search_path from current as $$
declare
    partition_name constant text := format('percentile_snapshots_%s_%s', batch_id, batch_id);
begin
    if (next_snapshot_range(batch_id)).is_covered then
        return null;
    end if;
    execute format(
        'create table %I (like percentile_snapshots including comments including constraints)', partition_name);
    -- Not to current_user, which is the owner in here.
    execute format(
        'grant insert on %I to %I', partition_name, coalesce(nullif(current_setting('role'), 'none'), session_user));
    return partition_name;
end
$$;

create function close_snapshot_partition(batch_id bigint) returns void
language plpgsql security definer set search_path from current as $$
declare
    partition_name constant text := format('percentile_snapshots_%s_%s', batch_id, batch_id);
begin
    execute format(
        'alter table %I add constraint %I primary key (id, as_of_batch_id)', partition_name, partition_name || '_pkey');
    perform attach_snapshot_partition(partition_name, batch_id, batch_id + 1);
end
$$;

revoke execute on function attach_snapshot_partition(text, bigint, bigint) from public;
revoke execute on function ensure_snapshot_partition(bigint) from public;
revoke execute on function open_snapshot_partition(bigint) from public;
revoke execute on function close_snapshot_partition(bigint) from public;

comment on function next_snapshot_range(bigint) is
    'The as-of batches from range_start to before range_end that a new partition for a batch would cover; '
    'is_covered where there is one already.';
comment on function attach_snapshot_partition(text, bigint, bigint) is
    'Makes a table a partition of percentile_snapshots, append-only as all of them.';
comment on function ensure_snapshot_partition(bigint) is
    'Makes the partition of percentile_snapshots that holds this as-of batch, where it is missing, '
    'and returns the first as-of batch beyond it.';
comment on function open_snapshot_partition(bigint) is
    'Makes an empty table for the snapshots of one large batch, not attached yet, and returns its name; '
    'NULL where a partition holds this as-of batch already.';
comment on function close_snapshot_partition(bigint) is
    'Builds the index of a table made by open_snapshot_partition and attaches it.';
