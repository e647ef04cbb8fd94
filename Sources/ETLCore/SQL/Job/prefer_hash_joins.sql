-- Joins go by hash again.
select set_config('enable_nestloop', 'off', true), set_config('enable_hashjoin', 'on', true)
