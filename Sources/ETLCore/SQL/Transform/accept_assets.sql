-- Moves the staged rows that were not rejected, typed and normalised, to window_assets.
-- $1: batch
-- Grain: one row per accepted asset of the batch.
insert into window_assets (batch_id, id, score, industry)
select staged.batch_id, normalised_id(staged.id), staged.score_value, labels.industry
from staging_assets as staged
join industry_labels as labels on labels.label = normalised_label(staged.industry)
where not exists (
    select
    from rejected_assets as rejected
    where rejected.batch_id = $1 and rejected.row_number = staged.row_number
)
