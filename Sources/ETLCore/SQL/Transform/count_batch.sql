-- Counts the accepted assets of a batch by industry and score.
-- $1: batch
-- Grain: one row per industry and distinct score of the batch.
insert into batch_distributions (batch_id, industry, score, asset_count)
select batch_id, industry, score, count(*)
from window_assets
where batch_id = $1
group by batch_id, industry, score
