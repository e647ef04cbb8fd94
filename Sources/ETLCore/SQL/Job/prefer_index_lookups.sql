-- Joins look rows up by their index from here on: the cost follows the rows joined, not the table joined to.
select set_config('enable_nestloop', 'on', true), set_config('enable_hashjoin', 'off', true)
