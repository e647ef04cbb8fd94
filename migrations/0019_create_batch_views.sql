-- What became of each batch, for people at a psql prompt.

-- Grain: one row per batch and reason.
create view rejects_by_reason as
select
    rejected.batch_id,
    rejected.reason,
    rejected.row_count,
    rejected.row_count / batches.read_count::double precision as share_of_batch
from (
    select batch_id, reason, count(*) as row_count
    from rejected_assets
    cross join unnest(reasons) as reason
    group by batch_id, reason
) as rejected
join batches on batches.batch_id = rejected.batch_id;

comment on view rejects_by_reason is
    'How many rows of each batch were rejected for which reason. A row with several reasons counts in each of them, so '
    'rows of a batch may add up to more than its rejected rows. The rows themselves: rejected_assets.';
comment on column rejects_by_reason.batch_id is 'The batch.';
comment on column rejects_by_reason.reason is 'Why: one of the reasons in rejected_assets.reasons.';
comment on column rejects_by_reason.row_count is 'Rows of the batch that have this reason, alone or among others.';
comment on column rejects_by_reason.share_of_batch is 'The same as a share (0 to 1) of all rows of the batch.';

-- Stirling's series (Abramowitz and Stegun 6.1.41), exact to 1e-12; the first factorials themselves.
create function ln_factorial(n double precision) returns double precision
language sql immutable strict parallel safe
return case
    when n < 10 then ln(factorial(n::bigint)::double precision)
    else n * ln(n) - n + ln(2 * pi() * n) / 2
        + (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1.0 / (1680 * n ^ 2)) / n ^ 2) / n ^ 2) / n
end;

comment on function ln_factorial(double precision) is
    'Natural logarithm of 1 · 2 · … · n for a whole n (0 or more). Example: select exp(ln_factorial(5)); -- 120';

-- Summed from the first term on; they become smaller from there. Below e ^ -650 it is 0: an exponential that is too
-- small for a double is an error of PostgreSQL.
create function binomial_tail(count bigint, trials bigint, probability double precision) returns double precision
language plpgsql immutable strict parallel safe as $$
declare
    k constant double precision := count;
    n constant double precision := trials;
    logarithm double precision;
    term double precision;
    total double precision := 0;
    i double precision := k;
begin
    -- Below the mean the tail is most of the distribution, and nobody asks for it exactly.
    if not (k > n * probability) then return 1; end if;
    if k > n or probability <= 0 then return 0; end if;
    logarithm := ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
        + k * ln(probability) + (n - k) * ln(1 - probability);
    if logarithm < -650 then return 0; end if;
    term := exp(logarithm);
    while term > total * 1e-15 and i <= n loop
        total := total + term;
        term := term * ((n - i) / (i + 1) * probability / (1 - probability));
        i := i + 1;
    end loop;
    return least(total, 1);
end
$$;

comment on function binomial_tail(bigint, bigint, double precision) is
    'Probability of at least so many successes in so many trials, as scipy.stats.binom.sf(count - 1, trials, '
    'probability) above the mean; 1 up to the mean. Example: select binomial_tail(9, 10, 0.5); -- 0.0107421875';

-- Grain: one row per applied batch.
create view batch_rejects as
select
    batches.batch_id,
    batches.read_count,
    batches.rejected_count,
    batches.rejected_count / nullif(batches.read_count, 0)::double precision as reject_ratio,
    earlier.batch_count as earlier_batch_count,
    earlier.mean_ratio,
    earlier.deviation,
    case
        when earlier.batch_count < 5 or batches.read_count = 0 then null
        when batches.rejected_count / batches.read_count::double precision
            <= earlier.mean_ratio + 3 * earlier.deviation then false
        -- Laplace's rule of succession: after 2,000 good rows, one bad row is no surprise.
        else binomial_tail(
            batches.rejected_count, batches.read_count,
            (earlier.rejected_count + 1) / (earlier.read_count + 2)::double precision) < 0.001
    end as is_unusual
from batches
cross join lateral (
    select
        count(ratio) as batch_count,
        avg(ratio) as mean_ratio,
        stddev_samp(ratio) as deviation,
        coalesce(sum(rejected_count), 0)::bigint as rejected_count,
        coalesce(sum(read_count), 0)::bigint as read_count
    from (
        select
            before.rejected_count,
            before.read_count,
            before.rejected_count / nullif(before.read_count, 0)::double precision as ratio
        from batches as before
        where before.batch_id < batches.batch_id
        order by before.batch_id desc
        limit 20
    ) as history
) as earlier;

comment on view batch_rejects is
    'Whether a batch has more rejected rows than is usual, by the up to 20 batches before it: its share is more than '
    'three standard deviations above their mean, and chance alone would bring so many rows less than once in 1,000 '
    'batches. The same rule as that of etl-job run and of its report.';
comment on column batch_rejects.batch_id is 'The batch.';
comment on column batch_rejects.read_count is 'Rows in the raw batch.';
comment on column batch_rejects.rejected_count is 'Rows that were rejected.';
comment on column batch_rejects.reject_ratio is 'The same as a share (0 to 1) of all rows; NULL of a batch without rows.';
comment on column batch_rejects.earlier_batch_count is
    'Of the 20 batches before it, those that have rows; under 5 nothing is said.';
comment on column batch_rejects.mean_ratio is 'Mean of their shares of rejected rows; NULL without such batches.';
comment on column batch_rejects.deviation is 'Sample standard deviation of these shares; NULL under two batches.';
comment on column batch_rejects.is_unusual is
    'Whether it has more rejected rows than usual; NULL where the batch has no rows or too few batches came before it.';

-- Grain: one row per applied batch.
create view batch_health as
with measured as (
    select
        as_of_batch_id,
        coalesce(array_agg(distinct industry) filter (where is_alarm), array[]::text[]) as alarms
    from drift_measurements
    group by as_of_batch_id
),
judged as (
    select
        batches.*,
        batch_rejects.reject_ratio,
        batch_rejects.is_unusual,
        measured.alarms,
        concat_ws(
            '; ',
            case
                when batch_rejects.is_unusual
                    then format('%s %% of the rows were rejected, more than usual',
                        round((100 * batch_rejects.reject_ratio)::numeric, 1))
                when batch_rejects.reject_ratio > 0.1
                    then format('%s %% of the rows were rejected',
                        round((100 * batch_rejects.reject_ratio)::numeric, 1))
            end,
            case when measured.alarms <> '{}' then format('drift in %s', array_to_string(measured.alarms, ', ')) end
        ) as findings
    from batches
    join batch_rejects on batch_rejects.batch_id = batches.batch_id
    left join measured on measured.as_of_batch_id = batches.batch_id
)
select
    batch_id,
    read_count,
    accepted_count,
    rejected_count,
    reject_ratio,
    window_first_batch_id,
    snapshot_count,
    applied_at,
    duration,
    alarms as drift_alarms,
    is_unusual as rejects_unusual,
    case
        when read_count = 0 then 'look: the batch had no rows'
        when accepted_count = 0 then 'look: no row was accepted'
        when findings <> '' then format('look: %s', findings)
        when window_first_batch_id is null then 'good; no percentiles yet, the first window is not full'
        else 'good'
    end as verdict
from judged;

comment on view batch_health is
    'How each applied batch went: rows, rejections, window, time, drift, and a verdict. '
    'Example: select batch_id, reject_ratio, duration, verdict from batch_health order by batch_id desc limit 5;';
comment on column batch_health.batch_id is 'The batch.';
comment on column batch_health.read_count is 'Rows in the raw batch.';
comment on column batch_health.accepted_count is 'Rows that entered the distributions.';
comment on column batch_health.rejected_count is 'Rows that were rejected; why: rejects_by_reason.';
comment on column batch_health.reject_ratio is
    'Rejected rows as a share (0 to 1) of all rows; NULL of a batch without rows.';
comment on column batch_health.window_first_batch_id is
    'First batch of the window that ends with this one; NULL while there were too few batches for a window.';
comment on column batch_health.snapshot_count is 'Assets that got a percentile as of this batch.';
comment on column batch_health.applied_at is 'When the batch was applied.';
comment on column batch_health.duration is 'How long that took.';
comment on column batch_health.drift_alarms is
    'Industries whose drift alarmed at this batch, (all) for all of them pooled; {} where none did, NULL where drift '
    'was not measured. The figures: drift_measurements.';
comment on column batch_health.rejects_unusual is
    'Whether more rows were rejected than usual; NULL where that cannot be told. The rule: batch_rejects.';
comment on column batch_health.verdict is
    'good, or "look: " and what to look at: a batch without accepted rows, more rejected rows than usual or than a '
    'tenth, drift alarms.';
