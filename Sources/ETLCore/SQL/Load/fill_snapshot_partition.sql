-- Fills the table of a large window before its index is built, which costs half of filling an indexed one.
-- The name of the table is put in as a quoted identifier.
-- $1: as-of batch
-- Grain: one row per asset of the window.
insert into :"partition" (as_of_batch_id, id, scored_batch_id, score, industry, percentile)
select $1::bigint, id, scored_batch_id, score, industry, percentile
from pg_temp.window_percentiles
