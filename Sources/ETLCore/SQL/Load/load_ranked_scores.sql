-- Gives scores the latest percentiles of a large window.
-- Grain: one row per asset of the window; scores is reached by its key, whatever its size. Returns
-- how many of them are new: a row version that replaces another carries the lock on it in xmax.
with loaded as (
    insert into scores as kept (id, score, industry, percentile)
    select id, score, industry, percentile
    from pg_temp.window_percentiles
    on conflict (id) do update
    set score = excluded.score, industry = excluded.industry, percentile = excluded.percentile
    where (kept.score, kept.industry, kept.percentile)
        is distinct from (excluded.score, excluded.industry, excluded.percentile)
    returning xmax = 0 as is_new
)
select count(*) as new_count
from loaded
where is_new
