-- What a window is compared with in the long run: pinned by people, the newest row counts.
create table drift_baselines (
    baseline_id bigint constraint a_baseline_is_pinned_once primary key,
    first_batch_id bigint not null,
    last_batch_id bigint not null,
    pinned_at timestamptz not null default clock_timestamp(),
    pinned_by text not null default session_user,
    constraint baseline_begins_no_later_than_it_ends check (first_batch_id <= last_batch_id)
);

comment on table drift_baselines is
    'Pinned references of drift: the newest row counts from the next batch on; without any, the first full window '
    'does. Append-only. Pin with: etl-job drift pin --batches 5-7';
comment on column drift_baselines.baseline_id is 'Number of the pin, in order, from 1.';
comment on column drift_baselines.first_batch_id is 'First batch of the reference.';
comment on column drift_baselines.last_batch_id is 'Last batch of the reference.';
comment on column drift_baselines.pinned_at is 'When it was pinned.';
comment on column drift_baselines.pinned_by is 'The database user who pinned it.';

-- Grain: one row per as-of batch, reference and industry, and one for all industries pooled by count, '(all)'.
create table drift_measurements (
    as_of_batch_id bigint not null,
    industry text collate "C" not null,
    reference text not null
        constraint reference_is_known check (reference in ('preceding_window', 'baseline')),
    reference_first_batch_id bigint not null,
    reference_last_batch_id bigint not null,
    current_first_batch_id bigint not null,
    reference_count bigint not null,
    current_count bigint not null,
    ks_statistic double precision,
    ks_p_value double precision,
    psi double precision,
    psi_bin_count integer,
    psi_critical_value double precision,
    wasserstein double precision,
    wasserstein_in_sd double precision,
    mean_shift_in_sd double precision,
    mix_chi_square double precision,
    mix_degrees_of_freedom integer,
    mix_p_value double precision,
    trend_slope double precision,
    trend_expected double precision,
    is_beyond_trend boolean,
    alpha double precision not null
        constraint alpha_is_a_probability check (alpha > 0 and alpha < 1),
    minimum_effect double precision not null
        constraint minimum_effect_is_not_negative check (minimum_effect >= 0),
    industry_count integer not null
        constraint industry_count_is_positive check (industry_count > 0),
    drifted boolean not null,
    is_alarm boolean not null,
    constraint one_drift_measurement_per_batch_reference_and_industry
        primary key (as_of_batch_id, reference, industry),
    constraint reference_and_current_are_disjoint
        check (reference_first_batch_id <= reference_last_batch_id
            and reference_last_batch_id < current_first_batch_id
            and current_first_batch_id <= as_of_batch_id),
    constraint ks_statistic_is_between_0_and_1 check (ks_statistic between 0 and 1),
    constraint ks_p_value_is_a_probability check (ks_p_value between 0 and 1),
    constraint mix_is_measured_for_all_industries_only check (industry = '(all)' or mix_chi_square is null)
);

-- The name of the pooled row is nobody else's.
alter table industries add constraint industry_is_not_called_all check (industry <> '(all)');

comment on table drift_measurements is
    'How far the scores of each industry have moved from a reference that shares no batch with them, at every batch: '
    'preceding_window compares the new batch with the window before it (sudden change), baseline the current window '
    'with a pinned one (slow creep). Append-only. Shown by latest_drift and drift_history.';
comment on column drift_measurements.as_of_batch_id is 'The batch at whose loading it was measured.';
comment on column drift_measurements.industry is 'Industry; (all) for all of them pooled by count.';
comment on column drift_measurements.reference is 'preceding_window or baseline.';
comment on column drift_measurements.reference_first_batch_id is 'First batch of the reference.';
comment on column drift_measurements.reference_last_batch_id is 'Last batch of the reference.';
comment on column drift_measurements.current_first_batch_id is
    'First batch of what is judged: the new batch itself, or the first of the current window.';
comment on column drift_measurements.reference_count is 'Assets in the reference; 0 leaves all figures NULL.';
comment on column drift_measurements.current_count is 'Assets in what is judged; 0 leaves all figures NULL.';
comment on column drift_measurements.ks_statistic is
    'Two-sample Kolmogorov-Smirnov D: the largest difference of the two cumulative distributions.';
comment on column drift_measurements.ks_p_value is
    'Probability of at least this D without drift, by the Kolmogorov limit; with ties it is smaller in truth.';
comment on column drift_measurements.psi is
    'Population stability index over the deciles of the reference, outer bins open, empty bins taken as 0.0001.';
comment on column drift_measurements.psi_bin_count is 'Its bins: 10, or fewer where deciles coincide.';
comment on column drift_measurements.psi_critical_value is
    'What PSI exceeds with probability alpha / industry_count without drift, from chi-square and the two counts.';
comment on column drift_measurements.wasserstein is 'Wasserstein-1 distance, in units of score.';
comment on column drift_measurements.wasserstein_in_sd is
    'The same in standard deviations of the reference; NULL where the reference has no spread.';
comment on column drift_measurements.mean_shift_in_sd is
    'Current mean less reference mean, in standard deviations of the reference; NULL where it has no spread.';
comment on column drift_measurements.mix_chi_square is
    'Chi-square of the industries'' shares, reference against current; of (all) only.';
comment on column drift_measurements.mix_degrees_of_freedom is 'Its degrees of freedom: industries less 1.';
comment on column drift_measurements.mix_p_value is 'Probability of at least this chi-square with unchanged shares.';
comment on column drift_measurements.trend_slope is
    'Against the baseline: change of mean_shift_in_sd per batch over the measurements before this one.';
comment on column drift_measurements.trend_expected is
    'The mean_shift_in_sd that was to be expected: against the baseline by its trend over the last 20 measurements at '
    'most, from the preceding window the usual one, their median.';
comment on column drift_measurements.is_beyond_trend is
    'Against the baseline: whether mean_shift_in_sd is farther from the trend than it should be. From the preceding '
    'window: whether it is still drifted when the usual shift is allowed for. NULL under 5 earlier measurements.';
comment on column drift_measurements.alpha is 'Setting: how often one of the industries may be flagged without drift.';
comment on column drift_measurements.minimum_effect is
    'Setting: the Wasserstein distance, in standard deviations of the reference, below which nothing is flagged.';
comment on column drift_measurements.industry_count is 'Industries that share alpha.';
comment on column drift_measurements.drifted is
    'Whether ks_p_value is below alpha / industry_count and wasserstein_in_sd at least minimum_effect.';
comment on column drift_measurements.is_alarm is
    'Whether somebody should look. Against the preceding window: drifted, by more than usual where that is known; or no '
    'assets any more; or, of (all), other shares of the industries. Against the baseline: beyond the trend.';

create trigger history_is_append_only before update or delete or truncate on drift_baselines
    for each statement execute function refuse_change_of_history();
create trigger history_is_append_only before update or delete or truncate on drift_measurements
    for each statement execute function refuse_change_of_history();
