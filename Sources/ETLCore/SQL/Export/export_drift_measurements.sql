-- Exports drift_measurements as CSV.
-- Grain: one row per as-of batch, reference and industry, in order.
copy (
    select
        as_of_batch_id, industry, reference, reference_first_batch_id, reference_last_batch_id,
        current_first_batch_id, reference_count, current_count, ks_statistic, ks_p_value, psi,
        psi_bin_count, psi_critical_value, wasserstein, wasserstein_in_sd, mean_shift_in_sd, mix_chi_square,
        mix_degrees_of_freedom, mix_p_value, trend_slope, trend_expected, is_beyond_trend, alpha,
        minimum_effect, industry_count, drifted, is_alarm
    from drift_measurements
    order by as_of_batch_id, reference, industry
) to stdout with (format csv, header)
