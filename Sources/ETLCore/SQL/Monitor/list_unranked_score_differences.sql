-- Before the first window is full: rows of scores that are not the latest of window_assets, without a percentile.
-- $1: how many at most
-- Grain: one row per asset, in order; difference_count is the number of all.
with latest as (
    select distinct on (id) id, batch_id, score, industry
    from window_assets
    order by id, batch_id desc
)
select
    latest.batch_id,
    id,
    case
        when scores.score is null then 'row of scores is missing'
        when latest.score is null then 'row of scores without an asset'
        else 'row of scores'
    end as subject,
    case
        when scores.score is not null
            then format(
                'percentile %s, score %s in %s', coalesce(scores.percentile::text, 'NULL'), scores.score,
                scores.industry)
    end as stored,
    case
        when latest.score is not null then format('percentile NULL, score %s in %s', latest.score, latest.industry)
    end as recomputed,
    count(*) over () as difference_count
from latest
full join scores using (id)
where (scores.score, scores.industry collate "C") is distinct from (latest.score, latest.industry)
    or scores.percentile is not null
order by id
limit $1
