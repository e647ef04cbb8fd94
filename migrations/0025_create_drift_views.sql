-- Drift for people at a psql prompt.

create view drift_history as
select
    as_of_batch_id,
    industry,
    reference,
    case when reference_first_batch_id = reference_last_batch_id then reference_first_batch_id::text
        else reference_first_batch_id || '-' || reference_last_batch_id end as reference_batches,
    case when current_first_batch_id = as_of_batch_id then as_of_batch_id::text
        else current_first_batch_id || '-' || as_of_batch_id end as current_batches,
    reference_count,
    current_count,
    is_alarm,
    drifted,
    is_beyond_trend,
    ks_statistic,
    ks_p_value,
    alpha / industry_count as ks_p_threshold,
    wasserstein,
    wasserstein_in_sd,
    minimum_effect as wasserstein_threshold,
    mean_shift_in_sd,
    trend_expected,
    trend_slope,
    psi,
    psi_critical_value,
    mix_chi_square,
    mix_p_value,
    case
        when reference_count = 0 then 'not measurable: no assets in the reference'
        when current_count = 0 and is_alarm then 'no assets in the new batch: look at this'
        when current_count = 0 then 'not measurable: no assets in the current batches'
        when is_alarm and reference = 'preceding_window' and not drifted
            then 'the shares of the industries have changed: look at this'
        when is_alarm and reference = 'preceding_window' then 'sudden change: look at this'
        when is_alarm then 'beyond the trend: look at this'
        when drifted and reference = 'preceding_window' then 'moved, by no more than usual'
        when drifted and is_beyond_trend is null then 'moved; too early for a trend'
        when drifted then 'moved, along its trend'
        when ks_p_value < alpha / industry_count then 'a difference, but a small one'
        when psi > psi_critical_value and coalesce(wasserstein_in_sd < minimum_effect, true)
            then 'a difference, but a small one'
        when psi > psi_critical_value then 'a shift, but chance is not ruled out'
        else 'no drift'
    end as verdict
from drift_measurements;

create view latest_drift as
select
    as_of_batch_id,
    industry,
    reference,
    reference_batches,
    current_batches,
    reference_count,
    current_count,
    is_alarm,
    drifted,
    is_beyond_trend,
    round(ks_statistic::numeric, 4) as ks_statistic,
    round(ks_p_value::numeric, 6) as ks_p_value,
    round(ks_p_threshold::numeric, 6) as ks_p_threshold,
    round(wasserstein_in_sd::numeric, 4) as wasserstein_in_sd,
    round(wasserstein_threshold::numeric, 4) as wasserstein_threshold,
    round(mean_shift_in_sd::numeric, 4) as mean_shift_in_sd,
    round(trend_expected::numeric, 4) as trend_expected,
    round(trend_slope::numeric, 4) as trend_slope,
    round(psi::numeric, 4) as psi,
    round(psi_critical_value::numeric, 4) as psi_critical_value,
    round(mix_p_value::numeric, 6) as mix_p_value,
    verdict
from drift_history
where as_of_batch_id = (select max(batch_id) from batches)
order by industry = '(all)', industry, reference desc;

comment on view drift_history is
    'Every measurement of drift, with the thresholds it was judged by and a verdict in words: one row per batch, '
    'industry and reference. Example: select as_of_batch_id, mean_shift_in_sd, trend_expected, verdict '
    'from drift_history where industry = ''cars'' and reference = ''baseline'' order by 1;';
comment on view latest_drift is
    'Drift as of the newest batch, rounded for reading: per industry one row against the preceding window (sudden '
    'change) and one against the baseline (slow creep). Empty until there are batches enough for a reference. '
    'Unrounded, and of every batch: drift_history.';
comment on column drift_history.as_of_batch_id is 'The batch at whose loading it was measured.';
comment on column drift_history.industry is 'Industry; (all) for all of them pooled by count.';
comment on column drift_history.reference is
    'preceding_window: the new batch against the window before it. baseline: the current window against the pinned '
    'one, by default the first.';
comment on column drift_history.reference_batches is 'The batches compared with: 0-2 is batches 0 to 2.';
comment on column drift_history.current_batches is 'The batches that are judged.';
comment on column drift_history.reference_count is 'Assets in the reference.';
comment on column drift_history.current_count is 'Assets in what is judged.';
comment on column drift_history.is_alarm is
    'Whether somebody should look: drifted from the preceding window, by more than usual where that is known; or '
    'beyond the trend against the baseline.';
comment on column drift_history.drifted is
    'Whether ks_p_value is below ks_p_threshold and wasserstein_in_sd at least wasserstein_threshold.';
comment on column drift_history.is_beyond_trend is
    'Against the baseline: whether mean_shift_in_sd is farther from trend_expected than it should be. From the '
    'preceding window: whether it is still drifted when the usual shift is allowed for. NULL under 5 earlier '
    'measurements.';
comment on column drift_history.ks_statistic is
    'Kolmogorov-Smirnov D: the largest difference of the two cumulative distributions, 0 to 1.';
comment on column drift_history.ks_p_value is 'Probability of at least this D without drift.';
comment on column drift_history.ks_p_threshold is
    'What ks_p_value must be below: alpha divided by the number of industries.';
comment on column drift_history.wasserstein is 'Wasserstein-1 distance, in units of score.';
comment on column drift_history.wasserstein_in_sd is
    'The same in standard deviations of the reference; NULL where the reference has no spread.';
comment on column drift_history.wasserstein_threshold is
    'The effect, in standard deviations, below which nothing is flagged.';
comment on column drift_history.mean_shift_in_sd is
    'Current mean less reference mean, in standard deviations of the reference.';
comment on column drift_history.trend_expected is
    'The mean_shift_in_sd to be expected: against the baseline by its trend, from the preceding window the usual one, '
    'the median of the last 20.';
comment on column drift_history.trend_slope is 'Against the baseline: change of mean_shift_in_sd per batch.';
comment on column drift_history.psi is 'Population stability index over the deciles of the reference.';
comment on column drift_history.psi_critical_value is
    'What psi exceeds by chance with probability ks_p_threshold; the usual 0.1 and 0.25 are too low for few assets '
    'and too high for many.';
comment on column drift_history.mix_chi_square is
    'Chi-square of the industries'' shares, reference against current; of (all) only.';
comment on column drift_history.mix_p_value is
    'Probability of at least such a change of the industries'' shares by chance; of (all) only.';
comment on column drift_history.verdict is 'The same in words.';
comment on column latest_drift.as_of_batch_id is 'The batch at whose loading it was measured.';
comment on column latest_drift.industry is 'Industry; (all) for all of them pooled by count.';
comment on column latest_drift.reference is
    'preceding_window: the new batch against the window before it. baseline: the current window against the pinned '
    'one, by default the first.';
comment on column latest_drift.reference_batches is 'The batches compared with: 0-2 is batches 0 to 2.';
comment on column latest_drift.current_batches is 'The batches that are judged.';
comment on column latest_drift.reference_count is 'Assets in the reference.';
comment on column latest_drift.current_count is 'Assets in what is judged.';
comment on column latest_drift.is_alarm is
    'Whether somebody should look: drifted from the preceding window, by more than usual where that is known; or '
    'beyond the trend against the baseline.';
comment on column latest_drift.drifted is
    'Whether ks_p_value is below ks_p_threshold and wasserstein_in_sd at least wasserstein_threshold.';
comment on column latest_drift.is_beyond_trend is
    'Against the baseline: whether mean_shift_in_sd is farther from trend_expected than it should be. From the '
    'preceding window: whether it is still drifted when the usual shift is allowed for. NULL under 5 earlier '
    'measurements.';
comment on column latest_drift.ks_statistic is
    'Kolmogorov-Smirnov D: the largest difference of the two cumulative distributions, 0 to 1.';
comment on column latest_drift.ks_p_value is 'Probability of at least this D without drift.';
comment on column latest_drift.ks_p_threshold is
    'What ks_p_value must be below: alpha divided by the number of industries.';
comment on column latest_drift.wasserstein_in_sd is
    'Wasserstein-1 distance in standard deviations of the reference; NULL where the reference has no spread.';
comment on column latest_drift.wasserstein_threshold is
    'The effect, in standard deviations, below which nothing is flagged.';
comment on column latest_drift.mean_shift_in_sd is
    'Current mean less reference mean, in standard deviations of the reference.';
comment on column latest_drift.trend_expected is
    'The mean_shift_in_sd to be expected: against the baseline by its trend, from the preceding window the usual one, '
    'the median of the last 20.';
comment on column latest_drift.trend_slope is 'Against the baseline: change of mean_shift_in_sd per batch.';
comment on column latest_drift.psi is 'Population stability index over the deciles of the reference.';
comment on column latest_drift.psi_critical_value is
    'What psi exceeds by chance with probability ks_p_threshold; the usual 0.1 and 0.25 are too low for few assets '
    'and too high for many.';
comment on column latest_drift.mix_p_value is
    'Probability of at least such a change of the industries'' shares by chance; of (all) only.';
comment on column latest_drift.verdict is 'The same in words.';
