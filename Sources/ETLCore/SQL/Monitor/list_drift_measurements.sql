-- How far the scores have moved, as measured at one batch.
-- $1: the batch
-- Grain: one row per reference and industry; industry (all) for all of them.
select
    industry, reference, ks_statistic, ks_p_value, psi, psi_critical_value, wasserstein_in_sd, mean_shift_in_sd,
    mix_p_value, drifted, is_alarm
from drift_measurements
where as_of_batch_id = $1
order by reference, industry
