-- The measurements of drift as of some batches, the newest of which is given.
-- $1: newest as-of batch
-- $2: how many as-of batches at most, or NULL for all
-- $3: reference, or NULL for both
-- $4: industry by any of its labels or (all), or NULL for all of them
-- Grain: one row per as-of batch, industry and reference; the oldest batch first.
select
    as_of_batch_id, industry, reference, reference_first_batch_id, reference_last_batch_id, current_first_batch_id,
    reference_count, current_count, ks_statistic, ks_p_value, psi, psi_bin_count, psi_critical_value,
    wasserstein, wasserstein_in_sd, mean_shift_in_sd, mix_chi_square, mix_degrees_of_freedom, mix_p_value,
    trend_slope, trend_expected, is_beyond_trend, alpha, minimum_effect, industry_count, drifted, is_alarm
from drift_measurements
where as_of_batch_id in (
        select batch_id
        from batches
        where batch_id <= $1
        order by batch_id desc
        limit $2
    )
    and ($3::text is null or reference = $3)
    and (
        $4::text is null
        or industry = normalised_label($4)
        or industry = (select industry_labels.industry from industry_labels where label = normalised_label($4))
    )
order by as_of_batch_id, industry = '(all)', industry, reference desc
