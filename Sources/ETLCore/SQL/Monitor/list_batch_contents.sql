-- What the ledger says of the raw batches, a page at a time.
-- $1: only batches after this one
-- $2: how many at most
-- Grain: one row per batch, in order.
select batch_id, source, content_sha256, byte_size
from batches
where batch_id > $1
order by batch_id
limit $2
