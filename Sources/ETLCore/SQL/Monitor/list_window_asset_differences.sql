-- Assets of a batch that window_assets holds otherwise than the snapshots do.
-- $1: batch
-- $2: as-of batch whose snapshots are compared: the batch itself, or the first as-of batch for one before it
-- $3: how many at most
-- Grain: one row per asset, in order; difference_count is the number of all.
with held as (
    select id, score, industry
    from window_assets as held
    where batch_id = $1
        and not exists (
            select
            from window_assets as later
            where later.id = held.id and later.batch_id > $1 and later.batch_id <= $2
        )
),
snapshots as (
    select id, score, industry collate "C" as industry
    from percentile_snapshots
    where as_of_batch_id = $2 and scored_batch_id = $1
)
select
    $1::bigint as batch_id,
    id,
    'row of window_assets' as subject,
    case when held.score is not null then format('score %s in %s', held.score, held.industry) end as stored,
    case when snapshots.score is not null then format('score %s in %s', snapshots.score, snapshots.industry) end
        as recomputed,
    count(*) over () as difference_count
from held
full join snapshots using (id)
where (held.score, held.industry) is distinct from (snapshots.score, snapshots.industry)
order by id
limit $3
