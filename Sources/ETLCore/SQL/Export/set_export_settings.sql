-- Settings of the export's transaction, local to it.
-- Readers work as who they are, or, where they may not read themselves, as the role of theirs that may.
-- $1: search_path, the schema quoted as an identifier
select
    set_config('search_path', $1 || ', pg_temp', true),
    set_config(
        'role',
        coalesce(
            (
                select reader.rolname
                from pg_roles as reader
                join pg_class as ledger
                    on ledger.relname = 'schema_migrations' and ledger.relnamespace = to_regnamespace($1)
                where reader.rolname in ('etl_reader', 'etl_writer')
                    and pg_has_role(
                        session_user, reader.oid,
                        case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end)
                    and has_schema_privilege(reader.oid, ledger.relnamespace, 'usage')
                    and has_table_privilege(reader.oid, ledger.oid, 'select')
                    and not (
                        has_schema_privilege(ledger.relnamespace, 'usage')
                        and has_table_privilege(ledger.oid, 'select'))
                order by reader.rolname
                limit 1
            ),
            current_setting('role')),
        true),
    set_config('timezone', 'UTC', true),
    set_config('datestyle', 'ISO', true),
    set_config('intervalstyle', 'iso_8601', true),
    set_config('extra_float_digits', '1', true)
