-- Rejected rows, with their reasons and original text.
-- $1: batch, or NULL for all
-- $2: reason, or NULL for all
-- $3: how many at most
-- Grain: one row per rejected raw row, the newest batch first.
select batch_id, row_number, id, score, industry, array_to_string(reasons, ', ') as reasons, raw
from rejected_assets
where ($1::bigint is null or batch_id = $1)
    and ($2::text is null or $2 = any (reasons))
order by batch_id desc, row_number
limit $3
