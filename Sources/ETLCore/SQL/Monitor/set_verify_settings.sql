-- Settings of the check of the tables, local to its transaction. Whole windows are joined: by hash, never row by row.
select
    set_config('work_mem', '128MB', true),
    set_config('enable_nestloop', 'off', true),
    set_config('jit', 'off', true)
