-- Rights on a partition: who may read its parent may read it, and nobody but its owner may write to it by its own name.
create or replace function attach_snapshot_partition(
    partition_name text, range_start bigint, range_end bigint) returns void
language plpgsql set search_path from current as $$
declare
    reader record;
begin
    -- The parent's triggers do not fire for statements on a partition.
    execute format(
        'create trigger history_is_append_only before update or delete or truncate on %I '
        'for each statement execute function refuse_change_of_history()', partition_name);
    execute format(
        'comment on table %I is %L', partition_name,
        format('Snapshots as of batches %s to %s.', range_start, range_end - 1));
    for reader in
        select distinct grantee, grantee::regrole as role_name
        from pg_class, aclexplode(relacl)
        where pg_class.oid = 'percentile_snapshots'::regclass
            and privilege_type = 'SELECT'
            and grantee not in (0, relowner)
    loop
        execute format('grant select on %I to %s', partition_name, reader.role_name);
    end loop;
    perform take_back_partition_rights(partition_name::regclass);
    execute format(
        'alter table percentile_snapshots attach partition %I for values from (%s) to (%s)',
        partition_name, range_start, range_end);
end
$$;

create function take_back_partition_rights(partition regclass) returns void
language plpgsql set search_path from current as $$
declare
    writer record;
begin
    for writer in
        select distinct case grantee when 0 then 'public' else grantee::regrole::text end as role_name
        from pg_class, aclexplode(relacl)
        where pg_class.oid = partition
            and privilege_type <> 'SELECT'
            and grantee <> relowner
    loop
        execute format(
            'revoke insert, update, delete, truncate, references, trigger on %s from %s', partition, writer.role_name);
    end loop;
end
$$;

revoke execute on function take_back_partition_rights(regclass) from public;

comment on function take_back_partition_rights(regclass) is
    'Takes back every right but reading on a partition of percentile_snapshots, from all but its owner.';

-- Partitions that were filled before their index was built kept the right of whoever filled them.
select take_back_partition_rights(inhrelid::regclass)
from pg_inherits
where inhparent = 'percentile_snapshots'::regclass;
