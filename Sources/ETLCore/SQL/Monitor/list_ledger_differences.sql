-- Where the ledger contradicts itself: its counts, the windows that its order gives, and its fixed settings.
-- $1: window size
-- $2: percentile method
-- $3: how many at most
-- Grain: one row per difference; difference_count is the number of all.
with windows as (
    select
        batch_id, read_count, accepted_count, rejected_count, window_first_batch_id, window_size, percentile_method,
        lag(batch_id, $1 - 1) over (order by batch_id) as first_batch_id
    from batches
),
judged as (
    select
        windows.batch_id,
        judgement.subject,
        judgement.stored,
        judgement.recomputed
    from windows
    cross join lateral (
        values
            ('read_count', read_count::text, (accepted_count + rejected_count)::text),
            ('window_first_batch_id', window_first_batch_id::text, first_batch_id::text),
            ('window_size', window_size::text, $1::text),
            ('percentile_method', percentile_method, $2::text)
    ) as judgement (subject, stored, recomputed)
)
select batch_id, null as id, subject, stored, recomputed, count(*) over () as difference_count
from judged
where stored is distinct from recomputed
order by batch_id, subject
limit $3
