-- The raw rows of an asset that were rejected.
-- $1: id of the asset
-- Grain: one row per rejected raw row, in order. The index has no ids of more than 200 characters: no asset has one.
select batch_id, row_number, array_to_string(reasons, ', ') as reasons
from rejected_assets
where normalised_id(id) = normalised_id($1) and length(id) <= 200
order by batch_id, row_number
