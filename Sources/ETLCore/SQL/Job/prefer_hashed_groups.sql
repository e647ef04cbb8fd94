-- Groups are counted by hash from here on: sorting a batch to count it costs three times as much.
select set_config('enable_sort', 'off', true)
