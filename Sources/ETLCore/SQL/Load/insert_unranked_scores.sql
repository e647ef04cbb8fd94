-- Loads the assets of a batch before the first window is full: without a percentile.
-- $1: batch
-- Grain: one row per asset of the batch; returns how many of them are new. A row version that replaces another carries
-- the lock on it in xmax.
with loaded as (
    insert into scores (id, score, industry, percentile)
    select id, score, industry, null
    from window_assets
    where batch_id = $1
    on conflict (id) do update
    set score = excluded.score, industry = excluded.industry, percentile = excluded.percentile
    returning xmax = 0 as is_new
)
select count(*) as new_count
from loaded
where is_new
