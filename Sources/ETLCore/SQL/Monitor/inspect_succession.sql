-- How many assets two successive windows disagree on: each asset must be carried over with its score until its batch
-- leaves the window or a later batch scores it again.
-- $1: preceding as-of batch
-- $2: first batch of the window
-- $3: as-of batch
-- Grain: one row.
with preceding as (
    select id, scored_batch_id, score, industry
    from percentile_snapshots
    where as_of_batch_id = $1
),
present as (
    select id, scored_batch_id, score, industry
    from percentile_snapshots
    where as_of_batch_id = $3
)
select count(*) as difference_count
from preceding
full join present on present.id = preceding.id
where case
    when present.id is null then preceding.scored_batch_id >= $2
    when present.scored_batch_id = $3 then false
    else (present.scored_batch_id, present.score, present.industry)
        is distinct from (preceding.scored_batch_id, preceding.score, preceding.industry)
end
