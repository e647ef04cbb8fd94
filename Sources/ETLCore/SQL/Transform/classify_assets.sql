-- Moves every staged row to window_assets, typed, or to rejected_assets, with all its reasons.
-- $1: lowest acceptable score
-- $2: highest acceptable score
-- Grain: one row per raw row, in one of the two tables; the command counts the accepted ones. Trimming and case
-- folding are ASCII; of the occurrences of an id that are otherwise acceptable the last is kept.
with normalised as (
    select
        batch_id,
        row_number,
        left(raw, 1) = '{' as is_object,
        id_type,
        normalised_id(id) as asset_id,
        score_type,
        score_value,
        industry_type,
        normalised_label(industry) as label
    from staging_assets
    offset 0 -- each text is normalised once
),
judged as materialized (
    select
        normalised.batch_id,
        normalised.row_number,
        normalised.is_object,
        normalised.asset_id,
        normalised.score_value,
        labels.industry,
        case
            when normalised.id_type in ('missing', 'null') then 'id_missing'
            when normalised.id_type <> 'string' or normalised.asset_id is null or length(normalised.asset_id) <> 26
                or normalised.asset_id !~ '^[0-7][0-9A-HJKMNP-TV-Z]*$' then 'id_not_a_ulid'
        end as id_reason,
        case
            when normalised.score_type in ('missing', 'null') then 'score_missing'
            when normalised.score_type <> 'number' then 'score_not_a_number'
            when normalised.score_value is null or normalised.score_value not between $1 and $2
                then 'score_out_of_range'
        end as score_reason,
        case
            when normalised.industry_type in ('missing', 'null') then 'industry_missing'
            when normalised.industry_type <> 'string' or labels.industry is null then 'industry_unknown'
        end as industry_reason
    from normalised
    left join industry_labels as labels on labels.label = normalised.label
),
ordered_ids as (
    select asset_id, lag(asset_id) over (order by asset_id) as preceding_id
    from judged
    where id_reason is null
),
repeated_ids as materialized (
    select distinct asset_id
    from ordered_ids
    where asset_id = preceding_id
),
kept_rows as (
    select judged.asset_id, max(judged.row_number) as row_number
    from judged
    join repeated_ids on repeated_ids.asset_id = judged.asset_id
    where judged.id_reason is null and judged.score_reason is null and judged.industry_reason is null
    group by judged.asset_id
),
reasoned as materialized (
    select
        judged.batch_id,
        judged.row_number,
        case
            when not judged.is_object then array['not_an_object']
            else array_remove(
                array[
                    judged.id_reason,
                    case
                        when judged.id_reason is null and judged.row_number is distinct from kept_rows.row_number
                            and repeated_ids.asset_id is not null
                            then 'duplicate_id_in_batch'
                    end,
                    judged.score_reason,
                    judged.industry_reason
                ],
                null)
        end as reasons
    from judged
    left join repeated_ids on repeated_ids.asset_id = judged.asset_id
    left join kept_rows on kept_rows.asset_id = judged.asset_id
    where judged.id_reason is not null
        or judged.score_reason is not null
        or judged.industry_reason is not null
        or repeated_ids.asset_id is not null
),
rejected as (
    insert into rejected_assets (batch_id, row_number, id, score, industry, raw, reasons)
    select staged.batch_id, staged.row_number, staged.id, staged.score, staged.industry, staged.raw, reasoned.reasons
    from reasoned
    join staging_assets as staged on staged.row_number = reasoned.row_number
    where cardinality(reasoned.reasons) > 0
)
insert into window_assets (batch_id, id, score, industry)
select judged.batch_id, judged.asset_id, judged.score_value, judged.industry
from judged
where judged.id_reason is null
    and judged.score_reason is null
    and judged.industry_reason is null
    and not exists (
        select
        from reasoned
        where reasoned.row_number = judged.row_number and cardinality(reasoned.reasons) > 0
    )
