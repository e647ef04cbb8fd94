-- Appends the batch's drift from the window before it and from the baseline.
-- $1: the as-of batch
-- $2: first batch of its window
-- $3: batches in a full window
-- $4: how often one of the industries may be flagged without drift
-- $5: the effect below which nothing is flagged, in standard deviations of the reference
-- Grain: one row per reference and industry, and one for all industries pooled, '(all)'.
insert into drift_measurements
select *
from measured_drift($1, $2, $3, $4, $5)
returning industry, reference, current_count, drifted, is_beyond_trend, is_alarm
