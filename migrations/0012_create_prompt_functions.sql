-- For people at a psql prompt. Bodies are parsed now and bound to these tables, whatever the caller's path.

create function percentile_at(score double precision, industry text, as_of_batch_id bigint default null)
returns double precision
language sql stable
begin atomic
    with as_of as (
        select batch_id, window_first_batch_id, percentile_method
        from batches
        where batch_id = coalesce(
            percentile_at.as_of_batch_id, (select max(newest.batch_id) from batches as newest))
    ),
    window_counts as (
        select
            as_of.percentile_method,
            sum(distribution.asset_count) filter (where distribution.score < percentile_at.score) as n_lt,
            sum(distribution.asset_count) filter (where distribution.score = percentile_at.score) as n_eq,
            sum(distribution.asset_count) as n
        from as_of
        join industry_labels on industry_labels.label = normalised_label(percentile_at.industry)
        join batch_distributions as distribution
            on distribution.batch_id between as_of.window_first_batch_id and as_of.batch_id
            and distribution.industry = industry_labels.industry
        where percentile_at.score is not null
        group by as_of.percentile_method
    )
    select percentile_from_counts(
        percentile_method, coalesce(n_lt, 0)::bigint, coalesce(n_eq, 0)::bigint, n::bigint)
    from window_counts;
end;

comment on function percentile_at(double precision, text, bigint) is
    'What a score is worth in an industry as of a batch (by default the newest): its percentile, 0 to 100, '
    'over that batch''s window. NULL where there is no full window or the industry has no assets in it. '
    'Example: select percentile_at(0.71, ''cars'', 7);';

create function asset_history(id text)
returns table (
    as_of_batch_id bigint, scored_batch_id bigint, score double precision, industry text,
    percentile double precision, change double precision)
language sql stable
begin atomic
    select
        snapshot.as_of_batch_id,
        snapshot.scored_batch_id,
        snapshot.score,
        snapshot.industry,
        snapshot.percentile,
        snapshot.percentile - lag(snapshot.percentile) over (order by snapshot.as_of_batch_id) as change
    from percentile_snapshots as snapshot
    where snapshot.id = normalised_id(asset_history.id)
    order by snapshot.as_of_batch_id;
end;

comment on function asset_history(text) is
    'Every percentile that an asset ever had, by as-of batch, with the change from the one before. '
    'Example: select * from asset_history(''01GH6QHVN37Q57K67PQRH2T4X8'');';

create view scores_today as
with newest as (
    select batch_id, window_first_batch_id, percentile_method
    from batches
    order by batch_id desc
    limit 1
)
select
    scores.id,
    scores.score,
    scores.industry,
    ranked.percentile,
    newest.batch_id as as_of_batch_id
from newest
cross join lateral ranked_scores(newest.window_first_batch_id, newest.batch_id, newest.percentile_method) as ranked
join scores on ranked.industry = scores.industry collate "C" and ranked.score = scores.score;

comment on view scores_today is
    'Every asset ever scored, re-expressed against the newest window at the moment of reading; nothing is '
    'written. Where it differs from scores.percentile, the industry has moved since the asset was ranked.';
comment on column scores_today.id is 'ULID of the asset.';
comment on column scores_today.score is 'The asset''s latest score.';
comment on column scores_today.industry is 'Industry of the latest score.';
comment on column scores_today.percentile is
    'Percentile (0 to 100) of that score in the newest window; NULL until the first window is full.';
comment on column scores_today.as_of_batch_id is 'The newest batch.';
