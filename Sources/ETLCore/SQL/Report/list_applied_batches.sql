-- The numbers of all applied batches.
-- Grain: one row per batch, in order.
select batch_id
from batches
order by batch_id
