-- The distribution of each window, in figures. Everything is computed from the exact counts.

create function window_distribution(first_batch_id bigint, last_batch_id bigint)
returns table (industry text, score double precision, asset_count bigint)
language sql stable parallel safe
begin atomic
    select industry, score, sum(asset_count)::bigint
    from batch_distributions
    where batch_id between window_distribution.first_batch_id and window_distribution.last_batch_id
    group by industry, score;
end;

comment on function window_distribution(bigint, bigint) is
    'The distribution of a window, or of any batches from the first to the last: how many accepted assets of each '
    'industry have each score. Example: select * from window_distribution(5, 7);';

-- Grain: one row per industry. Quantiles are those of percentile_cont; moments are taken about the mean, in two steps,
-- for sums of squares alone lose digits. Sums of doubles are taken in the order of the scores: they are then the same to
-- the last bit wherever the counts lie in the table, and whatever the planner chooses. A double that becomes too small is an error, so what is below 1e-100 counts as
-- 0, and deviations are taken in parts of the largest.
create function distribution_figures(first_batch_id bigint, last_batch_id bigint)
returns table (
    industry text, asset_count bigint, mean double precision, standard_deviation double precision,
    skewness double precision, minimum double precision, maximum double precision, quantiles double precision[])
language sql stable parallel safe
begin atomic
    with counted as materialized (
        select industry, score, asset_count as n_eq
        from window_distribution(distribution_figures.first_batch_id, distribution_figures.last_batch_id)
        order by industry, score -- so that what sorts it again finds it sorted
    ),
    means as materialized (
        select
            industry,
            sum(n_eq)::bigint as n,
            sum(case when abs(score) < 1e-100 then 0 else score end * n_eq order by score)
                / sum(n_eq)::double precision as mean,
            min(score) as minimum,
            max(score) as maximum
        from counted
        group by industry
    ),
    deviations as materialized (
        select
            counted.industry,
            counted.score,
            counted.n_eq,
            counted.score - means.mean as deviation,
            max(abs(counted.score - means.mean)) over (partition by counted.industry) as largest
        from counted
        join means on means.industry = counted.industry
    ),
    moments as (
        select
            industry,
            largest,
            sum(n_eq * part ^ 2 order by score) as m2,
            sum(n_eq * part ^ 3 order by score) as m3
        from deviations
        cross join lateral (
            select case when largest < 1e-100 or abs(deviation) < largest * 1e-100 then 0 else deviation / largest end
                as part
        ) as scaled
        group by industry, largest
    ),
    running as (
        select
            industry,
            score,
            n_eq,
            (sum(n_eq) over lower_scores - n_eq)::bigint as n_lt,
            (sum(n_eq) over (partition by industry))::bigint as n,
            lead(score) over (partition by industry order by score) as next_score
        from counted
        window lower_scores as (partition by industry order by score rows unbounded preceding)
    ),
    -- The scores that hold the row before one of the 101 points; nearly all scores of a large window hold none.
    holders as (
        select *
        from running
        where n = 1
            or ceil(100 * n_lt / (n - 1)::double precision - 1e-6) <= 100 * (n_lt + n_eq) / (n - 1)::double precision + 1e-6
    ),
    points as (
        select
            holders.industry,
            percent,
            holders.score
                + (percent / 100::double precision * (holders.n - 1) - first_row)
                * (case when first_row + 1 < holders.n_lt + holders.n_eq then 0
                    when holders.next_score - holders.score > 1e-100 then holders.next_score - holders.score
                    else 0 end) as quantile
        from holders
        cross join lateral generate_series(
            case when holders.n = 1 then 0
                else greatest(0, ceil(100 * holders.n_lt / (holders.n - 1)::double precision - 1e-6)::integer) end,
            case when holders.n = 1 then 100
                else least(
                    100, floor(100 * (holders.n_lt + holders.n_eq) / (holders.n - 1)::double precision + 1e-6)::integer)
            end) as percent
        cross join lateral (
            select floor(percent / 100::double precision * (holders.n - 1))::bigint as first_row
        ) as place
        where first_row >= holders.n_lt and first_row < holders.n_lt + holders.n_eq
    ),
    quantiles as (
        select industry, array_agg(quantile order by percent) as quantiles
        from points
        group by industry
    )
    select
        means.industry,
        means.n,
        means.mean,
        case when means.n > 1 then case when moments.m2 > 0
            then moments.largest * sqrt(moments.m2 / (means.n - 1)) else 0 end end,
        case when moments.m2 > 0 and means.minimum < means.maximum
            then (moments.m3 / means.n) / (moments.m2 / means.n) ^ 1.5 end,
        means.minimum,
        means.maximum,
        quantiles.quantiles
    from means
    join moments on moments.industry = means.industry
    join quantiles on quantiles.industry = means.industry;
end;

comment on function distribution_figures(bigint, bigint) is
    'Count, mean, sample standard deviation, skewness (of the population: m3 / m2 ^ 1.5), extremes and the 101 '
    'quantiles of each industry over the batches from the first to the last, from exact counts.';

create table distribution_snapshots (
    as_of_batch_id bigint not null,
    industry text collate "C" not null,
    asset_count bigint not null
        constraint asset_count_is_positive check (asset_count > 0),
    mean double precision not null,
    standard_deviation double precision
        constraint standard_deviation_is_not_negative check (standard_deviation >= 0),
    skewness double precision,
    minimum double precision not null,
    maximum double precision not null,
    quantiles double precision[] not null
        constraint quantiles_are_the_101_percents check (array_ndims(quantiles) = 1 and cardinality(quantiles) = 101),
    constraint one_distribution_per_window_and_industry primary key (as_of_batch_id, industry),
    constraint extremes_are_in_order check (minimum <= maximum)
);

comment on table distribution_snapshots is
    'The distribution of scores of each full window and industry, in figures; append-only. The counts themselves: '
    'window_distribution(first, last).';
comment on column distribution_snapshots.as_of_batch_id is 'The batch that completed the window.';
comment on column distribution_snapshots.industry is 'Industry of the assets.';
comment on column distribution_snapshots.asset_count is 'Assets of the window in this industry.';
comment on column distribution_snapshots.mean is 'Mean of their scores.';
comment on column distribution_snapshots.standard_deviation is
    'Sample standard deviation (divided by n - 1); NULL of a single asset.';
comment on column distribution_snapshots.skewness is
    'Skewness m3 / m2 ^ 1.5, above 0 where the tail of high scores is the longer one; NULL without spread.';
comment on column distribution_snapshots.minimum is 'Lowest score.';
comment on column distribution_snapshots.maximum is 'Highest score.';
comment on column distribution_snapshots.quantiles is
    'The 101 quantiles from 0 % to 100 %, as percentile_cont defines them: quantiles[51] is the median.';

create trigger history_is_append_only before update or delete or truncate on distribution_snapshots
    for each statement execute function refuse_change_of_history();

-- Batches that were applied before this migration.
insert into distribution_snapshots
select batches.batch_id, figures.*
from batches
cross join lateral distribution_figures(batches.window_first_batch_id, batches.batch_id) as figures
where batches.window_first_batch_id is not null;
