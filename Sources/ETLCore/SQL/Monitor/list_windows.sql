-- The windows that the ledger's order and the window size give, a page at a time, with their neighbours.
-- $1: window size
-- $2: only batches after this one
-- $3: how many at most
-- Grain: one row per batch whose window is full, in order.
with windows as (
    select
        batch_id,
        lag(batch_id, $1 - 1) over ledger as first_batch_id,
        snapshot_count,
        snapshot_checksum,
        sum(accepted_count) over (order by batch_id rows between $1 - 1 preceding and current row) as accepted_count
    from batches
    window ledger as (order by batch_id)
),
full_windows as (
    select
        batch_id,
        first_batch_id,
        lag(batch_id) over ledger as preceding_batch_id,
        lead(batch_id) over ledger as next_batch_id,
        lead(first_batch_id) over ledger as next_first_batch_id,
        accepted_count,
        snapshot_count,
        snapshot_checksum
    from windows
    where first_batch_id is not null
    window ledger as (order by batch_id)
)
select
    batch_id, first_batch_id, preceding_batch_id, next_batch_id, next_first_batch_id,
    accepted_count, snapshot_count, snapshot_checksum
from full_windows
where batch_id > $2
order by batch_id
limit $3
