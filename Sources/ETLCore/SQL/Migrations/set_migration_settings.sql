-- Settings of a migration's transaction, local to it. The fixed path is what its functions keep.
-- $1: search_path, the schema quoted as an identifier
-- $2: lock_timeout, with its unit
select
    set_config('search_path', $1 || ', pg_temp', true),
    set_config('lock_timeout', $2, true),
    set_config('client_min_messages', 'warning', true)
