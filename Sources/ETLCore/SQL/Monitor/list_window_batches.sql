-- The batches of a window.
-- $1: first batch of the window
-- $2: as-of batch
-- Grain: one row per batch, in order.
select batch_id
from batches
where batch_id between $1 and $2
order by batch_id
