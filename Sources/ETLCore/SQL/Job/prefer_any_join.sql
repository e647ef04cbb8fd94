-- Leaves the choice of joins to the planner again.
select set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true)
