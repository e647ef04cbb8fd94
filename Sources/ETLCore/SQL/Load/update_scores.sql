-- Gives the assets of the window that are already in scores their latest score and percentile.
-- Grain: one row per asset whose row differs; rows that would stay the same are not written again.
update scores
set score = ranked.score, industry = ranked.industry, percentile = ranked.percentile
from pg_temp.window_percentiles as ranked
where scores.id = ranked.id
    and (scores.score, scores.industry, scores.percentile)
        is distinct from (ranked.score, ranked.industry, ranked.percentile)
