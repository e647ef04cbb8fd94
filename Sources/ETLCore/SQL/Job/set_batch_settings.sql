-- Settings of a transaction of the job; local to it, so that a pooled connection keeps none of them.
-- Whole batches are joined, and no statistics of them can be there yet: joins by hash, never row by row.
-- $1: search_path, the schema quoted as an identifier
-- $2: lock_timeout, with its unit
select
    set_config('search_path', $1 || ', pg_temp', true),
    set_config('lock_timeout', $2, true),
    set_config('work_mem', '128MB', true),
    set_config('enable_nestloop', 'off', true),
    set_config('enable_mergejoin', 'off', true),
    set_config('jit', 'off', true),
    set_config('timezone', 'UTC', true)
