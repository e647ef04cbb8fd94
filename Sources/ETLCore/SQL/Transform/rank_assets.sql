-- The percentile of every asset of the window, by its latest score there.
-- $1: last batch of the window
-- $2: first batch of the window
-- Grain: one row per asset. An equi-join with the ranked scores; nothing is sorted.
create temporary table window_percentiles on commit drop as
with latest as (
    select id, batch_id, score, industry
    from window_assets
    where batch_id = $1
    union all
    select id, batch_id, score, industry
    from window_assets as earlier
    where earlier.batch_id between $2 and $1 - 1
        and not exists (
            select
            from window_assets as later
            where later.id = earlier.id and later.batch_id > earlier.batch_id
        )
)
select
    latest.id,
    latest.batch_id as scored_batch_id,
    latest.score,
    latest.industry,
    window_ranks.percentile
from latest
join pg_temp.window_ranks on window_ranks.industry = latest.industry and window_ranks.score = latest.score
