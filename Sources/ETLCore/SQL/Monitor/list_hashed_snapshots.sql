-- The one snapshot that an as-of batch lacks, where no other table says which: of all assets and of the scores that
-- its batches counted and their own snapshots lack, the one whose hash is what the ledger's checksum lacks.
-- $1: first as-of batch of the history
-- $2: first batch of the window
-- $3: as-of batch
-- $4: percentile method
-- $5: checksum of the snapshots by the ledger
-- $6: checksum of the snapshots that there are
-- $7: how many at most
-- Grain: one row per asset; none where too many scores are in question. difference_count is the number of all.
with own_counts as (
    select scored_batch_id as batch_id, industry collate "C" as industry, score, count(*) as asset_count
    from percentile_snapshots
    where as_of_batch_id between greatest($1::bigint, $2) and $3
        and as_of_batch_id = greatest($1, scored_batch_id)
        and scored_batch_id >= $2
    group by scored_batch_id, industry collate "C", score
),
deficits as (
    select batch_id, industry, score, count(*) over () as deficit_count
    from batch_distributions as distribution
    left join own_counts using (batch_id, industry, score)
    where batch_id between $2 and $3
        and distribution.asset_count > coalesce(own_counts.asset_count, 0)
),
candidates as materialized (
    select deficits.batch_id, deficits.industry, deficits.score, counted.percentile
    from deficits
    cross join lateral (
        select percentile_from_counts(
            $4,
            coalesce(sum(asset_count) filter (where distribution.score < deficits.score), 0)::bigint,
            coalesce(sum(asset_count) filter (where distribution.score = deficits.score), 0)::bigint,
            coalesce(sum(asset_count), 0)::bigint) as percentile
        from batch_distributions as distribution
        where distribution.batch_id between $2 and $3 and distribution.industry = deficits.industry
    ) as counted
    where deficits.deficit_count <= 100
)
select
    $3::bigint as batch_id,
    scores.id,
    'snapshot is missing' as subject,
    null as stored,
    format(
        'percentile %s, score %s in %s of batch %s', candidates.percentile, candidates.score, candidates.industry,
        candidates.batch_id) as recomputed,
    count(*) over () as difference_count
from candidates
cross join scores
where snapshot_hash(
        scores.id, candidates.batch_id, candidates.score, candidates.industry, candidates.percentile)
    = $5::numeric - $6::numeric
order by scores.id
limit $7
