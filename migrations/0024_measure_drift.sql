-- Drift of every batch from the window before it and from the baseline, and whether it goes beyond the trend.

-- The line through earlier measurements, and how far from it the next one may lie.
--
-- Windows that share batches share noise: of two measurements k batches apart the errors correlate by 1 - k / size
-- where k is below the window's size, and not beyond. The line is that of least squares all the same; but the variance
-- about it, the variance of the error of prediction and the degrees of freedom are those under this correlation R:
--   variance = residual sum of squares / tr(M R), where M takes the line out of a series,
--   degrees of freedom = tr(M R)^2 / tr(M R M R) (Satterthwaite 1946),
--   variance of the error of prediction = variance (1 - 2 c'r + c'R c), where c are the weights of the prediction and r
--   the correlations with what is predicted.
-- Five windows of three are then worth two degrees of freedom, twenty are worth eight. Student's quantile for so few is
-- wide, and rightly so. It is taken from the normal one (Gaver and Kafadar 1984; within 1 % from 3 degrees on).
-- The variance is taken to be no less than that of sampling, 1 / assets, which a few residuals may miss by chance.
create function drift_trend(
    ordinals double precision[], shifts double precision[], next_ordinal double precision, window_size integer,
    alpha double precision, sampling_variance double precision)
returns table (slope double precision, expected double precision, margin double precision)
language sql immutable parallel safe
begin atomic
    with points as materialized (
        select ordinal, case when abs(shift) > 1e-100 then shift else 0 end as shift
        from unnest(drift_trend.ordinals, drift_trend.shifts) as point (ordinal, shift)
        where ordinal is not null and shift is not null
    ),
    moments as (
        select
            count(*)::double precision as n,
            avg(ordinal) as middle,
            var_pop(ordinal) * count(*) as spread
        from points
    ),
    -- q0 and q1 are the constant and the line, each of length 1 and at right angles; they make up what M takes out.
    based as materialized (
        select
            points.ordinal,
            points.shift,
            1 / sqrt(n) as q0,
            (points.ordinal - middle) / sqrt(spread) as q1,
            greatest(0, 1 - abs(drift_trend.next_ordinal - points.ordinal) / drift_trend.window_size) as r
        from points
        cross join moments
        where n >= 3 and spread > 0
    ),
    coefficients as materialized (
        select
            sum(q0 * shift) as b0,
            sum(q1 * shift) as b1,
            1 / sqrt(n) as g0,
            (drift_trend.next_ordinal - middle) / sqrt(spread) as g1,
            sqrt(spread) as scale,
            n
        from based
        cross join moments
        group by n, middle, spread
    ),
    correlated as materialized (
        select
            one.q0,
            one.q1,
            one.r,
            sum(correlation * another.q0) as v0,
            sum(correlation * another.q1) as v1,
            sum(correlation ^ 2) as squares
        from based as one
        cross join based as another
        cross join lateral (
            select greatest(0, 1 - abs(one.ordinal - another.ordinal) / drift_trend.window_size) as correlation
        ) as pair
        group by one.ordinal, one.q0, one.q1, one.r
    ),
    traces as (
        select
            coefficients.n - a00 - a11 as trace,
            squares - 2 * lengths + a00 ^ 2 + 2 * a01 ^ 2 + a11 ^ 2 as trace_of_square,
            1 - 2 * (g0 * r0 + g1 * r1) + g0 ^ 2 * a00 + 2 * g0 * g1 * a01 + g1 ^ 2 * a11 as error
        from coefficients
        cross join (
            select
                sum(q0 * v0) as a00, sum(q0 * v1) as a01, sum(q1 * v1) as a11,
                sum(q0 * r) as r0, sum(q1 * r) as r1,
                sum(v0 ^ 2 + v1 ^ 2) as lengths, sum(squares) as squares
            from correlated
        ) as sums
    ),
    residuals as (
        select sum(greatest(abs(shift - b0 * q0 - b1 * q1), 1e-100) ^ 2) as squares
        from based
        cross join coefficients
    )
    select
        b1 / scale,
        g0 * b0 + g1 * b1,
        case when trace > 1e-9 and trace_of_square > 1e-9 then
            sqrt(
                greatest(error, 0)
                * greatest(residuals.squares / trace, drift_trend.sampling_variance)
                * df * (exp(chi_square_critical(drift_trend.alpha, 1) * (df - 1.5) / (df - 1) ^ 2) - 1))
        end
    from coefficients
    cross join traces
    cross join residuals
    cross join lateral (select greatest(2, trace ^ 2 / nullif(trace_of_square, 0)) as df) as freedom;
end;

comment on function drift_trend(
    double precision[], double precision[], double precision, integer, double precision, double precision) is
    'The least-squares line through measurements of overlapping windows (their ordinals and shifts): its slope, what '
    'it expects at the next ordinal, and the margin that the next one passes with probability alpha where the trend '
    'goes on. No row for fewer than 3 points.';

-- What is to be known of the ledger is what precedes the batch: measured later, it comes to the same.
--
-- Where scores creep, every batch lies above the window before it, and is no news. So a batch that has drifted from
-- that window is compared once more, with the window moved by the shift that was usual so far, the median of the last
-- 20: what is still drifted then is beyond the trend. A median, for one sudden change must not become usual.
-- Grain: one row per reference and industry, and one for all industries pooled, '(all)'.
create function measured_drift(
    as_of_batch_id bigint, window_first_batch_id bigint, window_size integer,
    alpha double precision default 0.01, minimum_effect double precision default 0.2)
returns setof drift_measurements
language sql stable
begin atomic
    with comparisons as (
        select
            'preceding_window' as reference,
            min(batch_id) as reference_first_batch_id,
            max(batch_id) as reference_last_batch_id,
            measured_drift.as_of_batch_id as current_first_batch_id
        from (
            select batch_id
            from batches
            where batch_id < measured_drift.as_of_batch_id
            order by batch_id desc
            limit measured_drift.window_size
        ) as preceding
        having count(*) = measured_drift.window_size
        union all
        select 'baseline', first_batch_id, last_batch_id, measured_drift.window_first_batch_id
        from (
            (select 1 as precedence, first_batch_id, last_batch_id
            from drift_baselines
            order by baseline_id desc
            limit 1)
            union all
            (select 2, batches.window_first_batch_id, batches.batch_id
            from batches
            where batches.window_first_batch_id is not null and batches.batch_id < measured_drift.as_of_batch_id
            order by batches.batch_id
            limit 1)
            order by precedence
            limit 1
        ) as baseline
        where last_batch_id < measured_drift.window_first_batch_id
    ),
    measured as materialized (
        select
            comparisons.*,
            drift.*,
            history.ordinals,
            history.shifts,
            case when history.point_count >= 5 then history.usual_shift end as usual_shift,
            history.point_count
        from comparisons
        cross join lateral drift_between(
            comparisons.reference_first_batch_id, comparisons.reference_last_batch_id,
            comparisons.current_first_batch_id, measured_drift.as_of_batch_id,
            measured_drift.alpha, measured_drift.minimum_effect) as drift
        -- The last 20 measurements, numbered backwards from this batch by the ledger; against the same baseline.
        left join lateral (
            select
                array_agg(-ordinal) as ordinals,
                array_agg(mean_shift_in_sd) as shifts,
                percentile_cont(0.5) within group (order by mean_shift_in_sd) as usual_shift,
                count(*) as point_count
            from (
                select
                    earlier.mean_shift_in_sd,
                    (
                        select count(*) + 1
                        from batches
                        where batches.batch_id > earlier.as_of_batch_id
                            and batches.batch_id < measured_drift.as_of_batch_id
                    )::double precision as ordinal
                from drift_measurements as earlier
                where earlier.reference = comparisons.reference
                    and earlier.industry = drift.industry
                    and earlier.as_of_batch_id < measured_drift.as_of_batch_id
                    and earlier.mean_shift_in_sd is not null
                    and (
                        comparisons.reference = 'preceding_window'
                        or earlier.reference_first_batch_id = comparisons.reference_first_batch_id
                        and earlier.reference_last_batch_id = comparisons.reference_last_batch_id
                    )
                order by earlier.as_of_batch_id desc
                limit 20
            ) as earlier
        ) as history on true
    ),
    moves as (
        select
            reference_first_batch_id,
            reference_last_batch_id,
            array_agg(industry) as industries,
            -- Where there is no distance nothing is moved: the standard deviation is not known then, nor needed.
            array_agg(coalesce(usual_shift * wasserstein / nullif(wasserstein_in_sd, 0), 0)) as shifts
        from measured
        where reference = 'preceding_window'
        group by reference_first_batch_id, reference_last_batch_id
        having bool_or(drifted and usual_shift is not null)
    ),
    unexplained as materialized (
        select drift.industry, drift.drifted
        from moves
        cross join lateral drift_between(
            moves.reference_first_batch_id, moves.reference_last_batch_id,
            measured_drift.as_of_batch_id, measured_drift.as_of_batch_id,
            measured_drift.alpha, measured_drift.minimum_effect, moves.industries, moves.shifts) as drift
    ),
    judged as (
        select
            measured.*,
            max(measured.reference_count) filter (where measured.industry = '(all)')
                over (partition by measured.reference) as all_reference_count,
            max(measured.current_count) filter (where measured.industry = '(all)')
                over (partition by measured.reference) as all_current_count,
            trend.slope as trend_slope,
            case when measured.reference = 'baseline' then trend.expected else measured.usual_shift end
                as trend_expected,
            case
                when measured.point_count < 5 or measured.ks_statistic is null then null
                when measured.reference = 'preceding_window'
                    then measured.drifted and coalesce(unexplained.drifted, false)
                else coalesce(
                    abs(measured.mean_shift_in_sd - trend.expected)
                    > greatest(trend.margin, measured_drift.minimum_effect) and trend.margin is not null,
                    false)
            end as is_beyond_trend
        from measured
        left join unexplained
            on unexplained.industry = measured.industry and measured.reference = 'preceding_window'
        left join lateral drift_trend(
            measured.ordinals, measured.shifts, 0, measured_drift.window_size,
            measured_drift.alpha / measured.industry_count, 1 / nullif(measured.current_count, 0)::double precision
        ) as trend on measured.reference = 'baseline'
    )
    select
        measured_drift.as_of_batch_id,
        industry,
        reference,
        reference_first_batch_id,
        reference_last_batch_id,
        current_first_batch_id,
        reference_count,
        current_count,
        ks_statistic,
        ks_p_value,
        psi,
        psi_bin_count,
        psi_critical_value,
        wasserstein,
        wasserstein_in_sd,
        mean_shift_in_sd,
        mix_chi_square,
        mix_degrees_of_freedom,
        mix_p_value,
        trend_slope,
        trend_expected,
        is_beyond_trend,
        measured_drift.alpha,
        measured_drift.minimum_effect,
        industry_count,
        drifted,
        case reference
            when 'baseline' then coalesce(is_beyond_trend, false)
            else drifted and coalesce(is_beyond_trend, true)
                -- Nothing is left to compare, and chance would hardly have left so many assets none of their share.
                or case
                    when reference_count = 0 or current_count > 0 then false
                    when all_current_count = 0 or reference_count >= all_reference_count then true
                    else all_current_count * ln(1 - reference_count / all_reference_count::double precision)
                        < ln(measured_drift.alpha / industry_count)
                end
                -- The industries' shares have changed: neither by chance nor by a trifle. The effect is Cohen's w, of
                -- which 0.1, half the default of minimum_effect, is a small one (Cohen 1988).
                or coalesce(
                    mix_p_value < measured_drift.alpha / industry_count
                    and sqrt(mix_chi_square / (reference_count + current_count)) >= measured_drift.minimum_effect / 2,
                    false)
        end as is_alarm
    from judged;
end;

comment on function measured_drift(bigint, bigint, integer, double precision, double precision) is
    'What drift_measurements is to hold for a batch, given its window''s first batch and size, alpha and the minimum '
    'effect: drift from the preceding window and from the baseline, where these share no batch with what is judged. '
    'After 5 measurements or more a change is beyond the trend: against the baseline, where it lies farther from '
    'it than the margin of drift_trend and than the minimum effect; from the preceding window, where it is still '
    'drifted when the usual shift, the median of the last 20, is allowed for.';

-- Batches that were applied before this migration, in their order, for the trend builds on what precedes.
do $$
declare
    batch record;
begin
    for batch in
        select batch_id, window_first_batch_id, window_size
        from batches
        where window_first_batch_id is not null
        order by batch_id
    loop
        insert into drift_measurements
        select * from measured_drift(batch.batch_id, batch.window_first_batch_id, batch.window_size);
    end loop;
end
$$;
