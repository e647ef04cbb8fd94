-- How far the scores had moved from both references at some batches.
-- $1: the batches, as an array
-- Grain: one row per reference, industry and batch, in order.
select
    reference, industry, as_of_batch_id, reference_first_batch_id, reference_last_batch_id, current_first_batch_id,
    reference_count, current_count, ks_statistic, ks_p_value, psi, psi_critical_value, wasserstein,
    wasserstein_in_sd, mean_shift_in_sd, mix_p_value, trend_slope, trend_expected, is_beyond_trend, alpha, minimum_effect,
    industry_count, drifted, is_alarm
from drift_measurements
where as_of_batch_id = any ($1::bigint[])
order by reference, industry, as_of_batch_id
