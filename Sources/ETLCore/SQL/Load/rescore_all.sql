-- Re-expresses every asset ever scored against the newest window.
-- $1: first batch of the window
-- $2: last batch of the window
-- $3: percentile method
-- Grain: one row per asset whose percentile differs.
update scores
set percentile = ranked.percentile
from ranked_scores($1, $2, $3) as ranked
where ranked.industry = scores.industry collate "C"
    and ranked.score = scores.score
    and scores.percentile is distinct from ranked.percentile
