-- What holds for the whole ledger: the window size and method that most batches name, and the newest batches.
-- Grain: one row.
with settings as (
    select
        mode() within group (order by window_size) as window_size,
        mode() within group (order by percentile_method) as percentile_method
    from batches
),
windows as (
    select
        batch_id,
        rescore,
        lag(batch_id, (select window_size from settings) - 1) over (order by batch_id) as first_batch_id
    from batches
),
newest_rescored as (
    select batch_id, first_batch_id
    from windows
    where rescore = 'all' and first_batch_id is not null
    order by batch_id desc
    limit 1
)
select
    settings.window_size,
    settings.percentile_method,
    (select count(*) from windows) as batch_count,
    (select count(*) from windows where first_batch_id is not null) as window_count,
    (select min(batch_id) from windows where first_batch_id is not null) as first_as_of_batch_id,
    newest_rescored.batch_id as rescored_batch_id,
    newest_rescored.first_batch_id as rescored_first_batch_id
from settings
left join newest_rescored on true
