-- What an asset's percentile was as of a batch: of the newest snapshot no later than that.
-- $1: id of the asset
-- $2: as-of batch
-- Grain: at most one row.
select as_of_batch_id, scored_batch_id, score, industry, percentile
from percentile_snapshots
where id = normalised_id($1) and as_of_batch_id <= $2
order by as_of_batch_id desc
limit 1
