-- Loads the assets that a batch scored for the first time.
-- $1: batch
-- Grain: one row per asset of the batch that is not in scores yet.
insert into scores (id, score, industry, percentile)
select ranked.id, ranked.score, ranked.industry, ranked.percentile
from pg_temp.window_percentiles as ranked
where ranked.scored_batch_id = $1
    and not exists (select from scores where scores.id = ranked.id)
