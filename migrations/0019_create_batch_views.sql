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
        batches.rejected_count / nullif(batches.read_count, 0)::double precision as reject_ratio,
        measured.alarms
    from batches
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
    case
        when read_count = 0 then 'look: the batch had no rows'
        when accepted_count = 0 then 'look: no row was accepted'
        when reject_ratio > 0.1 and alarms <> '{}'
            then format('look: %s %% of the rows were rejected; drift in %s', round((100 * reject_ratio)::numeric, 1),
                array_to_string(alarms, ', '))
        when reject_ratio > 0.1
            then format('look: %s %% of the rows were rejected', round((100 * reject_ratio)::numeric, 1))
        when alarms <> '{}' then format('look: drift in %s', array_to_string(alarms, ', '))
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
comment on column batch_health.verdict is
    'good, or "look: " and what to look at: a batch without accepted rows, more than a tenth of the rows rejected, '
    'drift alarms.';
