-- Joins look rows up by their index from here on: the cost follows the rows joined, not the table joined to.
select set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
