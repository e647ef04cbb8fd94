-- How far the distributions of some batches are from those of others, in one pass over the scores that occur in either:
-- running sums of both counts, in the order of the scores, give every figure.
-- Grain: one row per industry with assets in either, and one for all of them pooled, '(all)', always.
create function drift_between(
    reference_first_batch_id bigint, reference_last_batch_id bigint,
    current_first_batch_id bigint, current_last_batch_id bigint,
    alpha double precision default 0.01, minimum_effect double precision default 0.2)
returns table (
    industry text, reference_count bigint, current_count bigint,
    ks_statistic double precision, ks_p_value double precision,
    psi double precision, psi_bin_count integer, psi_critical_value double precision,
    wasserstein double precision, wasserstein_in_sd double precision, mean_shift_in_sd double precision,
    mix_chi_square double precision, mix_degrees_of_freedom integer, mix_p_value double precision,
    industry_count integer, drifted boolean)
language sql stable parallel safe
begin atomic
    with counted as materialized (
        select
            case when grouping(industry) = 0 then industry else '(all)' end as industry,
            score,
            -- Integers below 2^53 are exact in double precision, and added faster than numeric.
            coalesce(sum(asset_count::double precision) filter (
                where batch_id between drift_between.reference_first_batch_id and drift_between.reference_last_batch_id
            ), 0) as n_eq,
            coalesce(sum(asset_count::double precision) filter (
                where batch_id between drift_between.current_first_batch_id and drift_between.current_last_batch_id
            ), 0) as m_eq
        from batch_distributions
        where batch_id between drift_between.reference_first_batch_id and drift_between.reference_last_batch_id
            or batch_id between drift_between.current_first_batch_id and drift_between.current_last_batch_id
        group by grouping sets ((industry, score), (score))
    ),
    totals as materialized (
        select
            industry,
            sum(n_eq) as n,
            sum(m_eq) as m,
            sum(n_eq * score) as n_sum,
            sum(m_eq * score) as m_sum,
            coalesce(
                max(score) filter (where n_eq > 0) - min(score) filter (where n_eq > 0) > 1e-150, false) as has_spread
        from counted
        group by industry
        union all
        select '(all)', 0, 0, 0, 0, false
        where not exists (select from counted)
    ),
    means as materialized (
        select
            *,
            case when n > 0 and abs(n_sum) > 1e-290 then n_sum / n when n > 0 then 0 end as n_mean,
            case when m > 0 and abs(m_sum) > 1e-290 then m_sum / m when m > 0 then 0 end as m_mean
        from totals
    ),
    running as materialized (
        select
            counted.industry,
            counted.score,
            counted.n_eq,
            counted.m_eq,
            means.n,
            means.m,
            means.n_mean,
            sum(counted.n_eq) over upwards as n_le,
            sum(counted.m_eq) over upwards as m_le,
            lead(counted.score) over upwards as next_score
        from counted
        join means on means.industry = counted.industry
        where means.n > 0 and means.m > 0
        window upwards as (partition by counted.industry order by counted.score rows unbounded preceding)
    ),
    -- The deciles of the reference, as percentile_cont defines them: between the row below and the row above the point.
    -- Few scores hold such a row; they are found without comparing each score with each decile.
    holders as (
        select industry, score, n, n_le - n_eq as n_lt, n_le
        from running
        where n_eq > 0
            and (n = 1 or ceil(10 * (n_le - n_eq - 1) / (n - 1) - 1e-6) <= floor(10 * n_le / (n - 1) + 1e-6))
    ),
    points as (
        select
            holders.industry,
            tenth,
            tenth / 10::double precision * (holders.n - 1) as place,
            min(holders.score) filter (
                where holders.n_le > floor(tenth / 10::double precision * (holders.n - 1))) as score_below,
            min(holders.score) filter (
                where holders.n_le > ceil(tenth / 10::double precision * (holders.n - 1))) as score_above
        from holders
        cross join generate_series(1, 9) as tenth
        group by holders.industry, tenth, holders.n
    ),
    -- Deciles that coincide are one edge.
    edges as materialized (
        select industry, array_agg(edge order by edge) as edges
        from (
            select distinct
                industry,
                score_below
                + case when score_above - score_below > 1e-290
                    then (place - floor(place)) * (score_above - score_below) else 0 end as edge
            from points
        ) as edge
        group by industry
    ),
    -- An edge belongs to the bin above it, as width_bucket has it.
    bins as (
        select
            running.industry,
            running.n,
            running.m,
            width_bucket(running.score, edges.edges) as bin,
            sum(running.n_eq) / running.n as n_share,
            sum(running.m_eq) / running.m as m_share,
            max(abs(running.n_le * running.m - running.m_le * running.n)) as largest_difference,
            sum(
                abs(running.n_le * running.m - running.m_le * running.n)
                * coalesce(running.next_score - running.score, 0)) as area,
            sum(running.n_eq * greatest(abs(running.score - running.n_mean), 1e-160) ^ 2) as n_m2
        from running
        join edges on edges.industry = running.industry
        group by running.industry, running.n, running.m, bin
    ),
    figures as (
        select
            bins.industry,
            -- Products of counts may pass 2^53, but not by so much that the quotient would suffer.
            least(1, max(largest_difference) / (bins.n * bins.m)) as ks_statistic,
            case when sum(area) > 1e-290 then sum(area) / (bins.n * bins.m) else 0 end as wasserstein,
            sum(n_m2) as n_m2,
            sum(
                (greatest(m_share, 0.0001) - greatest(n_share, 0.0001))
                * ln(greatest(m_share, 0.0001) / greatest(n_share, 0.0001))) as psi,
            count(*)::integer as psi_bin_count
        from bins
        group by bins.industry, bins.n, bins.m
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
                / nullif((totals.n + totals.m) * pooled.m / (pooled.n + pooled.m), 0)) as chi_square
        from totals
        join totals as pooled on pooled.industry = '(all)'
        where totals.industry <> '(all)'
        group by pooled.n, pooled.m
    ),
    judged as (
        select
            means.industry,
            means.n,
            means.m,
            figures.ks_statistic,
            kolmogorov_p(sqrt(means.n * means.m / nullif(means.n + means.m, 0)) * figures.ks_statistic) as ks_p_value,
            figures.psi,
            figures.psi_bin_count,
            figures.wasserstein,
            means.m_mean - means.n_mean as mean_shift,
            case when means.has_spread and means.n > 1 then sqrt(figures.n_m2 / (means.n - 1)) end as n_sd,
            mix.industry_count as mixed_count,
            mix.chi_square,
            coalesce(greatest(mix.common_count, 1), 1) as sharing_count
        from means
        left join figures on figures.industry = means.industry
        left join mix on true
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
        mean_shift / n_sd,
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
    from judged
    order by industry = '(all)', industry;
end;

comment on function drift_between(bigint, bigint, bigint, bigint, double precision, double precision) is
    'How far the scores of some batches (the current ones, from the third number to the fourth) are from those of '
    'others (the reference, from the first to the second), per industry and for all pooled, from the exact counts. '
    'Figures are those of drift_measurements; \d+ drift_measurements explains each. NULL where either side has no '
    'assets. A reference without spread has no standard deviation to measure in: there any distance is an effect. '
    'Example: select * from drift_between(0, 2, 17, 19);';
