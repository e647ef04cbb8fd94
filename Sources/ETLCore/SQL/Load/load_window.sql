-- Ranks the window and loads it: appends the snapshots, gives scores their latest percentile, and returns the count
-- and checksum of the snapshots (the sum of a 64-bit hash of each row, whatever their order), and how many assets are
-- new to scores: a row version that replaces another carries the lock on it in xmax.
-- $1: first batch of the window
-- $2: last batch of the window, the as-of batch
-- $3: percentile method
-- Grain: one row per asset of the window. scores is reached by its key, whatever its size.
with ranked as materialized (
    select id, scored_batch_id, score, industry, percentile
    from ranked_window($1, $2, $3)
),
appended as (
    insert into percentile_snapshots (as_of_batch_id, id, scored_batch_id, score, industry, percentile)
    select $2, id, scored_batch_id, score, industry, percentile
    from ranked
),
loaded as (
    insert into scores as kept (id, score, industry, percentile)
    select id, score, industry, percentile
    from ranked
    on conflict (id) do update
    set score = excluded.score, industry = excluded.industry, percentile = excluded.percentile
    where (kept.score, kept.industry, kept.percentile)
        is distinct from (excluded.score, excluded.industry, excluded.percentile)
    returning xmax = 0 as is_new
)
select
    count(*) as snapshot_count,
    coalesce(sum(snapshot_hash(id, scored_batch_id, score, industry, percentile)), 0) as snapshot_checksum,
    (select count(*) from loaded where is_new) as new_count
from ranked
