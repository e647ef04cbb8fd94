-- Settings of a transaction of the job; local to it, so that a pooled connection keeps none of them.
-- Whole batches are joined, and no statistics of them can be there yet: joins by hash, never row by row. A job that
-- has vanished must not keep its lock: the server asks by TCP whether it is still there, also while a COPY waits for
-- data, which no other limit ends, and during a statement.
-- Where roles were set up for the schema (migrate --roles) and the connected user may act as etl_writer, it does.
-- $1: search_path, the schema quoted as an identifier
-- $2: lock_timeout, with its unit
-- $3: idle_in_transaction_session_timeout, with its unit
-- $4: seconds of silence before the server asks
-- $5: seconds between two questions, three of them
-- $6: milliseconds for which sent data may stay without an acknowledgement
select
    set_config('search_path', $1 || ', pg_temp', true),
    set_config(
        'role',
        coalesce(
            (
                select writer.rolname
                from pg_roles as writer
                join pg_class as ledger
                    on ledger.relname = 'batches' and ledger.relnamespace = to_regnamespace($1)
                where writer.rolname = 'etl_writer'
                    and pg_has_role(
                        session_user, writer.oid,
                        case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end)
                    and has_schema_privilege(writer.oid, ledger.relnamespace, 'usage')
                    and has_table_privilege(writer.oid, ledger.oid, 'insert')
            ),
            current_setting('role')),
        true),
    set_config('lock_timeout', $2, true),
    set_config('idle_in_transaction_session_timeout', $3, true),
    set_config('tcp_keepalives_idle', $4, true),
    set_config('tcp_keepalives_interval', $5, true),
    set_config('tcp_keepalives_count', '3', true),
    set_config('tcp_user_timeout', $6, true),
    set_config(
        'client_connection_check_interval',
        -- Windows cannot.
        case when version() ~* 'mingw|msvc|visual c' then '0' else $5 || 's' end,
        true),
    set_config('work_mem', '128MB', true),
    set_config('enable_nestloop', 'off', true),
    set_config('enable_mergejoin', 'off', true),
    set_config('jit', 'off', true),
    set_config('timezone', 'UTC', true)
