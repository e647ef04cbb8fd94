-- Gives scores the latest percentiles of a large window.
-- Grain: one row per asset of the window; scores is reached by its key, whatever its size.
insert into scores as kept (id, score, industry, percentile)
select id, score, industry, percentile
from pg_temp.window_percentiles
on conflict (id) do update
set score = excluded.score, industry = excluded.industry, percentile = excluded.percentile
where (kept.score, kept.industry, kept.percentile)
    is distinct from (excluded.score, excluded.industry, excluded.percentile)
