-- Rows of scores that are not as the latest snapshot of their asset, or, where a later batch rescored all, not as its
-- score is worth in that batch's window.
-- $1: newest batch that rescored all, or NULL
-- $2: first batch of its window
-- $3: percentile method
-- $4: how many at most
-- Grain: one row per asset, in order; difference_count is the number of all.
with latest as (
    select distinct on (id) id, as_of_batch_id, score, industry collate "C" as industry, percentile
    from percentile_snapshots
    order by id, as_of_batch_id desc
),
points as (
    select industry, score, sum(asset_count)::bigint as n_eq
    from (
        select industry, score, asset_count
        from batch_distributions
        where batch_id between $2 and $1
        union all
        select distinct industry collate "C", score, 0
        from percentile_snapshots
        where as_of_batch_id < $1
    ) as counted
    group by industry, score
),
counts as (
    select
        industry,
        score,
        n_eq,
        (sum(n_eq) over (partition by industry order by score rows unbounded preceding) - n_eq)::bigint as n_lt,
        (sum(n_eq) over (partition by industry))::bigint as n
    from points
),
rescored as (
    select industry, score, percentile_from_counts($3, n_lt, n_eq, n) as percentile
    from counts
),
compared as (
    select
        coalesce(latest.id, scores.id) as id,
        latest.as_of_batch_id,
        scores.id is not null as is_stored,
        scores.score, scores.industry collate "C" as industry, scores.percentile,
        latest.score as latest_score, latest.industry as latest_industry,
        case when latest.as_of_batch_id < $1 then rescored.percentile else latest.percentile end as latest_percentile
    from latest
    full join scores on scores.id = latest.id
    left join rescored on rescored.industry = latest.industry and rescored.score = latest.score
)
select
    as_of_batch_id as batch_id,
    id,
    case
        when not is_stored then 'row of scores is missing'
        when as_of_batch_id is null then 'row of scores without a snapshot'
        when score is distinct from latest_score or industry is distinct from latest_industry then 'row of scores'
        when as_of_batch_id < $1 then format('percentile in the window of batch %s', $1::bigint)
        else 'percentile of the latest snapshot'
    end as subject,
    case
        when not is_stored then null
        when (score, industry) is not distinct from (latest_score, latest_industry)
            then coalesce(percentile::text, 'NULL')
        else format('percentile %s, score %s in %s', coalesce(percentile::text, 'NULL'), score, industry)
    end as stored,
    case
        when as_of_batch_id is null then null
        when (score, industry) is not distinct from (latest_score, latest_industry)
            then coalesce(latest_percentile::text, 'NULL')
        else format(
            'percentile %s, score %s in %s', coalesce(latest_percentile::text, 'NULL'), latest_score, latest_industry)
    end as recomputed,
    count(*) over () as difference_count
from compared
where not is_stored
    or as_of_batch_id is null
    or (score, industry, percentile) is distinct from (latest_score, latest_industry, latest_percentile)
order by id
limit $4
