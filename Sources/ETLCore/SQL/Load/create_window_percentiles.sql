-- Ranks a large window into a work table: CREATE TABLE AS may use several processes, INSERT may not.
-- $1: first batch of the window
-- $2: last batch of the window
-- $3: percentile method
-- Grain: one row per asset of the window.
create temporary table window_percentiles on commit drop as
select id, scored_batch_id, score, industry, percentile
from ranked_window($1, $2, $3)
