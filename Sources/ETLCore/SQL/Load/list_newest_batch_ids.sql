-- The numbers of the newest applied batches.
-- $1: how many at most
-- Grain: one row per batch, the newest first.
select batch_id
from batches
order by batch_id desc
limit $1
