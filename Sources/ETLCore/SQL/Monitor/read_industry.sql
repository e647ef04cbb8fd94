-- The industry that a label stands for.
-- $1: label
-- Grain: at most one row.
select industry
from industry_labels
where label = normalised_label($1)
