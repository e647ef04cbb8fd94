-- Moves the staged rows that may not enter a distribution to rejected_assets, with all their reasons.
-- $1: lowest acceptable score
-- $2: highest acceptable score
-- Grain: one row per rejected raw row. Trimming and case folding are ASCII; of the occurrences of an id that
-- are otherwise acceptable the last is kept.
with normalised as (
    select
        staged.batch_id,
        staged.row_number,
        staged.id_type,
        normalised_id(staged.id) as asset_id,
        left(staged.raw, 1) = '{' as is_object,
        staged.score_type,
        staged.score_value,
        staged.industry_type,
        labels.industry
    from staging_assets as staged
    left join industry_labels as labels
        on labels.label = normalised_label(staged.industry)
        and staged.industry_type = 'string'
),
judged as (
    select
        batch_id,
        row_number,
        asset_id,
        is_object,
        case
            when id_type in ('missing', 'null') then 'id_missing'
            when id_type <> 'string' or asset_id is null
                or length(asset_id) <> 26 or asset_id !~ '^[0-7][0-9A-HJKMNP-TV-Z]*$' then 'id_not_a_ulid'
        end as id_reason,
        case
            when score_type in ('missing', 'null') then 'score_missing'
            when score_type <> 'number' then 'score_not_a_number'
            when score_value is null or score_value not between $1 and $2 then 'score_out_of_range'
        end as score_reason,
        case
            when industry_type in ('missing', 'null') then 'industry_missing'
            when industry is null then 'industry_unknown'
        end as industry_reason
    from normalised
),
repeated_ids as (
    select
        asset_id,
        max(row_number) filter (where score_reason is null and industry_reason is null) as kept_row_number
    from judged
    where id_reason is null
    group by asset_id
    having count(*) > 1
),
reasoned as (
    select
        judged.batch_id,
        judged.row_number,
        case
            when not judged.is_object then array['not_an_object']
            else array_remove(
                array[
                    judged.id_reason,
                    case
                        when repeated_ids.asset_id is not null
                            and judged.row_number is distinct from repeated_ids.kept_row_number
                            then 'duplicate_id_in_batch'
                    end,
                    judged.score_reason,
                    judged.industry_reason
                ],
                null)
        end as reasons
    from judged
    left join repeated_ids
        on repeated_ids.asset_id = judged.asset_id and judged.id_reason is null
    where judged.id_reason is not null
        or judged.score_reason is not null
        or judged.industry_reason is not null
        or repeated_ids.asset_id is not null
)
insert into rejected_assets (batch_id, row_number, id, score, industry, raw, reasons)
select staged.batch_id, staged.row_number, staged.id, staged.score, staged.industry, staged.raw, reasoned.reasons
from reasoned
join staging_assets as staged on staged.row_number = reasoned.row_number
where cardinality(reasoned.reasons) > 0
