-- Claims rows that wait in the inbox, the first inserted first. What is not committed yet is not seen, and waits on.
-- $1: batch
-- $2: how many at most; NULL for all
-- Grain: one row per claimed row, counted only.
with waiting as (
    select inference_id
    from inference_results
    where batch_id is null
    order by inference_id
    limit $2
)
update inference_results as inference
set batch_id = $1
from waiting
where inference.inference_id = waiting.inference_id and inference.batch_id is null
