-- Snapshots that an as-of batch lacks, has in excess, or has of another score than the windows before and after it and
-- window_assets say. The expected percentile is counted for each row that is named.
-- $1: preceding as-of batch, or NULL
-- $2: first batch of the window
-- $3: as-of batch
-- $4: next as-of batch, or NULL
-- $5: first batch of the next window; of this one where there is no next
-- $6: percentile method
-- $7: how many at most
-- Grain: one row per asset, in order; difference_count is the number of all.
with observed as (
    select id, scored_batch_id, score, industry collate "C" as industry
    from percentile_snapshots
    where as_of_batch_id in ($1, $4) and scored_batch_id between $2 and $3
    union all
    select id, batch_id, score, industry
    from window_assets
    where batch_id between $2 and $3
),
expected as (
    select distinct on (id) id, scored_batch_id, score, industry
    from observed
    order by id, scored_batch_id desc
),
present as (
    select snapshot.id, snapshot.scored_batch_id, snapshot.score, snapshot.industry collate "C" as industry,
        snapshot.percentile, later.id is not null as is_carried_over
    from percentile_snapshots as snapshot
    left join percentile_snapshots as later on later.id = snapshot.id and later.as_of_batch_id = $4
    where snapshot.as_of_batch_id = $3
),
differing as (
    select
        coalesce(expected.id, present.id) as id,
        present.scored_batch_id, present.score, present.industry, present.percentile,
        expected.scored_batch_id as expected_batch_id,
        expected.score as expected_score,
        expected.industry as expected_industry,
        count(*) over () as difference_count
    from expected
    full join present on present.id = expected.id
    where case
        when present.id is null then true
        when expected.id is null
            then (present.scored_batch_id < $3 and $1 is not null)
                or (present.scored_batch_id >= $5 and not present.is_carried_over)
        when present.scored_batch_id = $3 and expected.scored_batch_id < $3 then false
        else (present.scored_batch_id, present.score, present.industry)
            is distinct from (expected.scored_batch_id, expected.score, expected.industry)
    end
    order by 1
    limit $7
)
select
    $3::bigint as batch_id,
    id,
    case
        when scored_batch_id is null then 'snapshot is missing'
        when expected_batch_id is null then 'snapshot in excess'
        else 'score of the snapshot'
    end as subject,
    case
        when scored_batch_id is not null
            then format('percentile %s, score %s in %s of batch %s', percentile, score, industry, scored_batch_id)
    end as stored,
    case
        when expected_batch_id is not null
            then format(
                'percentile %s, score %s in %s of batch %s',
                coalesce(counted.expected_percentile::text, 'unknown'), expected_score, expected_industry, expected_batch_id)
    end as recomputed,
    difference_count
from differing
cross join lateral (
    select percentile_from_counts(
        $6,
        coalesce(sum(asset_count) filter (where distribution.score < expected_score), 0)::bigint,
        coalesce(sum(asset_count) filter (where distribution.score = expected_score), 0)::bigint,
        coalesce(sum(asset_count), 0)::bigint) as expected_percentile
    from batch_distributions as distribution
    where distribution.batch_id between $2 and $3 and distribution.industry = expected_industry
) as counted
order by id
