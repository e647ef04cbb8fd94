-- The latest score of an asset.
-- $1: id of the asset
-- Grain: at most one row.
select scores.id, scores.score, scores.industry, scores.percentile
from scores
where id = normalised_id($1)
