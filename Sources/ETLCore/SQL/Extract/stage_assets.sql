-- Stages the raw rows of a batch, as they came.
-- Grain: one row per raw row. Binary, so that texts and doubles travel as they are.
copy staging_assets (
    batch_id, row_number, id, id_type, score, score_type, score_value, industry, industry_type, raw
) from stdin with (format binary)
