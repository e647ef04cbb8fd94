-- Leaves the choice of how groups are counted to the planner again.
select set_config('enable_sort', 'on', true)
