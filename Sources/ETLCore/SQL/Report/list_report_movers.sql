-- The assets whose percentile changed most from one batch to the next.
-- $1: the batch
-- $2: the batch before it
-- $3: how many at most
-- Grain: one row per asset, the largest change first.
select
    after.id, after.industry, after.score, before.percentile as percentile_before,
    after.percentile as percentile_after
from percentile_snapshots as after
join percentile_snapshots as before on before.id = after.id and before.as_of_batch_id = $2::bigint
where after.as_of_batch_id = $1::bigint
order by abs(after.percentile - before.percentile) desc, after.id
limit $3
