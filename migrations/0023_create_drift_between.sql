-- How far the distributions of some batches are from those of others: running sums of both counts, in the order of the
-- scores that occur in either, give every figure.
-- Grain: one row per industry with assets in either, and one for all of them pooled, '(all)', always.
create function drift_between(
    reference_first_batch_id bigint, reference_last_batch_id bigint,
    current_first_batch_id bigint, current_last_batch_id bigint,
    alpha double precision default 0.01, minimum_effect double precision default 0.2,
    moved_industries text[] default '{}', moved_by double precision[] default '{}')
returns table (
    industry text, reference_count bigint, current_count bigint,
    ks_statistic double precision, ks_p_value double precision,
    psi double precision, psi_bin_count integer, psi_critical_value double precision,
    wasserstein double precision, wasserstein_in_sd double precision, mean_shift_in_sd double precision,
    mix_chi_square double precision, mix_degrees_of_freedom integer, mix_p_value double precision,
    industry_count integer, drifted boolean)
language sql stable parallel safe
-- Sums of doubles are taken in the order of the scores, so that they come out the same to the last bit at any time and
-- wherever the counts lie in the table: `counted` is sorted, and groups are hashed, which keeps the order within each.
-- Nothing but what is told to is sorted; the price that the planner then names must not make it compile.
set enable_hashagg = on
set enable_sort = off
set jit = off
set enable_indexscan = off
set enable_indexonlyscan = off
set synchronize_seqscans = off
begin atomic
    with counted as materialized (
        -- Integers below 2^53 are exact in double precision, and added faster than numeric.
        select
            industry,
            score + coalesce(
                drift_between.moved_by[array_position(drift_between.moved_industries, industry)], 0) as score,
            asset_count::double precision as n_eq,
            0::double precision as m_eq
        from batch_distributions
        where batch_id between drift_between.reference_first_batch_id and drift_between.reference_last_batch_id
        union all
        select industry, score, 0, asset_count
        from batch_distributions
        where batch_id between drift_between.current_first_batch_id and drift_between.current_last_batch_id
        -- Rows that are alike in all three are alike in every sum.
        order by score, n_eq, m_eq
    ),
    totals as materialized (
        select
            case when grouping(industry) = 0 then industry else '(all)' end as industry,
            coalesce(sum(n_eq), 0) as n,
            coalesce(sum(m_eq), 0) as m,
            sum(n_eq * score) as n_sum,
            sum(m_eq * score) as m_sum,
            coalesce(
                max(score) filter (where n_eq > 0) - min(score) filter (where n_eq > 0) > 1e-150, false) as has_spread
        from counted
        group by rollup (industry)
    ),
    -- The limits here and below are for scores next to 0, for a double that becomes too small is an error.
    means as materialized (
        select
            *,
            case when n > 0 and abs(n_sum) > 1e-290 then n_sum / n when n > 0 then 0 end as n_mean,
            case when m > 0 and abs(m_sum) > 1e-290 then m_sum / m when m > 0 then 0 end as m_mean
        from totals
    ),
    -- Sorted by score alone, each industry for itself: three times as fast as all of them by industry and score.
    figures as materialized (
        select means.industry, means.n, means.m, figures.*
        from means
        cross join lateral (
            select
                -- After the last tie, where the next score is another one or there is none.
                max(abs(n_le * means.m - m_le * means.n)) filter (where next_score is distinct from score)
                    as largest_difference,
                sum(abs(n_le * means.m - m_le * means.n) * coalesce(next_score - score, 0)) as area,
                sum(n_eq * greatest(abs(score - means.n_mean), 1e-160) ^ 2) as n_m2,
                array_agg(score) filter (where holds_decile) as holder_scores,
                array_agg(n_le) filter (where holds_decile) as holder_n_le
            from (
                select
                    *,
                    -- Whether it is, within rounding, one of the few that a decile of the reference may be taken from.
                    n_eq > 0 and (
                        means.n = 1
                        or ceil(10 * (n_le - n_eq - 1) / (means.n - 1) - 1e-6)
                        <= floor(10 * n_le / (means.n - 1) + 1e-6)) as holds_decile
                from (
                    select
                        score,
                        n_eq,
                        sum(n_eq) over upwards as n_le,
                        sum(m_eq) over upwards as m_le,
                        lead(score) over upwards as next_score
                    from counted
                    where counted.industry = means.industry or means.industry = '(all)'
                    window upwards as (order by score, n_eq, m_eq rows unbounded preceding)
                ) as running
            ) as running
        ) as figures
        where means.n > 0 and means.m > 0
    ),
    -- As percentile_cont has them: between the row below and the row above the point. Those that coincide are one edge.
    edges as materialized (
        select industry, n, m, array_agg(edge order by edge) as edges
        from (
            select distinct
                industry,
                n,
                m,
                score_below
                + case when score_above - score_below > 1e-290
                    then (place - floor(place)) * (score_above - score_below) else 0 end as edge
            from figures
            cross join generate_series(1, 9) as tenth
            cross join lateral (select tenth / 10::double precision * (n - 1) as place) as point
            cross join lateral (
                select
                    min(score) filter (where n_le > floor(place)) as score_below,
                    min(score) filter (where n_le > ceil(place)) as score_above
                from unnest(holder_scores, holder_n_le) as holder (score, n_le)
            ) as neighbours
        ) as edge
        group by industry, n, m
    ),
    -- An edge belongs to the bin above it, as width_bucket has it.
    stability as (
        select
            edges.industry,
            count(*)::integer as psi_bin_count,
            sum((m_share - n_share) * ln(m_share / n_share) order by m_share, n_share) as psi
        from edges
        cross join lateral (
            select
                greatest(sum(n_eq) / edges.n, 0.0001) as n_share,
                greatest(sum(m_eq) / edges.m, 0.0001) as m_share
            from counted
            where counted.industry = edges.industry or edges.industry = '(all)'
            group by width_bucket(counted.score, edges.edges)
        ) as bins
        group by edges.industry
    ),
    mix as (
        select
            count(*)::integer as industry_count,
            count(*) filter (where totals.n > 0 and totals.m > 0)::integer as common_count,
            -- Each side's expected share of an industry is that of both sides together; NULL where a side is empty.
            sum(
                (totals.n - (totals.n + totals.m) * pooled.n / (pooled.n + pooled.m)) ^ 2
                / nullif((totals.n + totals.m) * pooled.n / (pooled.n + pooled.m), 0)
                + (totals.m - (totals.n + totals.m) * pooled.m / (pooled.n + pooled.m)) ^ 2
                / nullif((totals.n + totals.m) * pooled.m / (pooled.n + pooled.m), 0)
                order by totals.industry) as chi_square
        from totals
        join totals as pooled on pooled.industry = '(all)'
        where totals.industry <> '(all)'
        group by pooled.n, pooled.m
    ),
    judged as (
        select
            means.*,
            figures.largest_difference / (means.n * means.m) as ks_statistic,
            case when figures.area > 1e-290 then figures.area / (means.n * means.m)
                when figures.area >= 0 then 0 end as wasserstein,
            case when means.has_spread then sqrt(figures.n_m2 / (means.n - 1)) end as n_sd,
            stability.psi,
            stability.psi_bin_count,
            mix.industry_count as mixed_count,
            mix.chi_square,
            greatest(mix.common_count, 1) as sharing_count
        from means
        left join figures on figures.industry = means.industry
        left join stability on stability.industry = means.industry
        left join mix on true
    ),
    tested as (
        select *, kolmogorov_p(sqrt(n * m / nullif(n + m, 0)) * ks_statistic) as ks_p_value
        from judged
    )
    select
        industry,
        n::bigint,
        m::bigint,
        ks_statistic,
        ks_p_value,
        psi,
        psi_bin_count,
        case when psi_bin_count > 1
            then chi_square_critical(drift_between.alpha / sharing_count, psi_bin_count - 1) * (1 / n + 1 / m) end,
        wasserstein,
        wasserstein / n_sd,
        (m_mean - n_mean) / n_sd,
        case when industry = '(all)' and mixed_count > 1 then chi_square end,
        case when industry = '(all)' and mixed_count > 1 and chi_square is not null then mixed_count - 1 end,
        case when industry = '(all)' and mixed_count > 1 then chi_square_p(chi_square, mixed_count - 1) end,
        sharing_count,
        -- Without spread there is no yardstick: any distance is an effect.
        coalesce(
            ks_p_value < drift_between.alpha / sharing_count
            and case when n_sd is null then wasserstein > 0
                else wasserstein / n_sd >= drift_between.minimum_effect end,
            false)
    from tested
    order by industry = '(all)', industry;
end;

comment on function drift_between(
    bigint, bigint, bigint, bigint, double precision, double precision, text[], double precision[]) is
    'How far the scores of some batches (the current ones, from the third number to the fourth) are from those of '
    'others (the reference, from the first to the second), per industry and for all pooled, from the exact counts. '
    'Figures are those of drift_measurements; \d+ drift_measurements explains each. NULL where either side has no '
    'assets. A reference without spread has no standard deviation to measure in: there any distance is an effect. '
    'moved_by adds a number to the reference''s scores in each of moved_industries, to see what else has changed. '
    'Example: select * from drift_between(0, 2, 17, 19);';
