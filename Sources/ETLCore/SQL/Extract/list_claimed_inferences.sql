-- The rows of the inbox that a batch has claimed, in the order of their insertion.
-- $1: batch
-- Grain: one row per claimed row.
select id, score, industry, payload
from inference_results
where batch_id = $1
order by inference_id
