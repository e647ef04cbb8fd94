-- What a score would be worth in an industry as of a batch.
-- $1: score
-- $2: industry, by any of its labels
-- $3: as-of batch
-- Grain: one row.
select
    percentile_at($1, $2, $3) as percentile,
    (
        select industry_labels.industry
        from industry_labels
        where industry_labels.label = normalised_label($2)
    ) as industry
