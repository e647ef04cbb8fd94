-- Figures of a window's distributions and drift that are not what the counts give.
-- $1: first batch of the window
-- $2: as-of batch
-- $3: window size
-- $4: how many at most
-- Grain: one row per industry, and per reference of drift, that differs; difference_count is the number of all. Doubles
-- may differ by a part in 10^9, for servers of another make compute logarithms and powers otherwise. What depends on the
-- measurements before it, the trend and the alarm, is left out. Of drift from the baseline a range that is stored is
-- recomputed; where none is stored though the baseline that held when the batch was applied ends before the window,
-- that one. From the preceding window there must be a measurement.
with stored_drift as (
    select *
    from drift_measurements
    where as_of_batch_id = $2
),
preceding as (
    select min(batch_id) as first_batch_id, max(batch_id) as last_batch_id
    from (
        select batch_id
        from batches
        where batch_id < $2
        order by batch_id desc
        limit $3::bigint
    ) as newest
    having count(*) = $3
),
ranges as (
    select
        'preceding_window' as reference,
        preceding.first_batch_id,
        preceding.last_batch_id,
        $2::bigint as current_first_batch_id,
        coalesce(stored.alpha, 0.01) as alpha,
        coalesce(stored.minimum_effect, 0.2) as minimum_effect
    from preceding
    left join (
        select distinct alpha, minimum_effect
        from stored_drift
        where reference = 'preceding_window'
    ) as stored on true
    union all
    select distinct
        reference, reference_first_batch_id, reference_last_batch_id, current_first_batch_id, alpha, minimum_effect
    from stored_drift
    where reference = 'baseline'
    union all
    select 'baseline', baseline.first_batch_id, baseline.last_batch_id, $1, 0.01, 0.2
    from (
        (select 1 as precedence, first_batch_id, last_batch_id
        from drift_baselines
        where pinned_at < (select applied_at from batches where batch_id = $2)
        order by baseline_id desc
        limit 1)
        union all
        (select 2, window_first_batch_id, batch_id
        from batches
        where window_first_batch_id is not null and batch_id < $2
        order by batch_id
        limit 1)
        order by precedence
        limit 1
    ) as baseline
    where baseline.last_batch_id < $1
        and not exists (select from stored_drift where reference = 'baseline')
),
recomputed_drift as (
    select ranges.reference, ranges.first_batch_id, ranges.last_batch_id, ranges.current_first_batch_id, drift.*
    from ranges
    cross join lateral drift_between(
        ranges.first_batch_id, ranges.last_batch_id, ranges.current_first_batch_id, $2, ranges.alpha,
        ranges.minimum_effect) as drift
),
compared as (
    select
        coalesce(stored.industry, figures.industry) as industry,
        'distribution of ' || coalesce(stored.industry, figures.industry) as subject,
        array[stored.asset_count, stored.mean, stored.standard_deviation, stored.skewness, stored.minimum, stored.maximum]
            || stored.quantiles as stored,
        array[
            figures.asset_count, figures.mean, figures.standard_deviation, figures.skewness, figures.minimum,
            figures.maximum] || figures.quantiles as recomputed
    from (select * from distribution_snapshots where as_of_batch_id = $2) as stored
    full join distribution_figures($1, $2) as figures on figures.industry = stored.industry
    union all
    select
        coalesce(stored.industry, drift.industry),
        format(
            'drift of %s from %s', coalesce(stored.industry, drift.industry),
            coalesce(stored.reference, drift.reference)),
        array[
            stored.reference_first_batch_id, stored.reference_last_batch_id, stored.current_first_batch_id,
            stored.reference_count, stored.current_count, stored.ks_statistic, stored.ks_p_value, stored.psi,
            stored.psi_bin_count, stored.psi_critical_value, stored.wasserstein, stored.wasserstein_in_sd,
            stored.mean_shift_in_sd, stored.mix_chi_square, stored.mix_degrees_of_freedom, stored.mix_p_value,
            stored.industry_count, stored.drifted::integer],
        array[
            drift.first_batch_id, drift.last_batch_id, drift.current_first_batch_id,
            drift.reference_count, drift.current_count, drift.ks_statistic, drift.ks_p_value, drift.psi,
            drift.psi_bin_count, drift.psi_critical_value, drift.wasserstein, drift.wasserstein_in_sd,
            drift.mean_shift_in_sd, drift.mix_chi_square, drift.mix_degrees_of_freedom, drift.mix_p_value,
            drift.industry_count, drift.drifted::integer]
    from stored_drift as stored
    full join recomputed_drift as drift
        on drift.industry = stored.industry and drift.reference = stored.reference
),
differing as (
    select compared.industry, compared.subject, pair.stored, pair.recomputed
    from compared
    cross join lateral (
        select pair.stored, pair.recomputed
        from unnest(compared.stored, compared.recomputed) with ordinality as pair (stored, recomputed, place)
        where (pair.stored is null) <> (pair.recomputed is null)
            or abs(pair.stored - pair.recomputed)
                > greatest(abs(pair.stored), abs(pair.recomputed), 1e-100) * 1e-9
        order by pair.place
        limit 1
    ) as pair
)
select
    $2::bigint as batch_id,
    null::text as id,
    subject,
    stored::text,
    recomputed::text,
    count(*) over () as difference_count
from differing
order by subject
limit $4
