-- Moves the staged rows that may not enter a distribution to rejected_assets, with all their reasons.
-- $1: lowest acceptable score
-- $2: highest acceptable score
-- Grain: one row per rejected raw row. Trimming and case folding are ASCII; of the occurrences of an id that
-- are otherwise acceptable the last is kept. Ids in order show the repeated ones: a sort costs half a hash.
with ordered_ids as (
    select
        normalised_id(id) as asset_id,
        lag(normalised_id(id)) over (order by normalised_id(id)) as preceding_id
    from staging_assets
    where id_type = 'string'
),
repeated_ids as materialized (
    select distinct asset_id
    from ordered_ids
    where asset_id = preceding_id
),
judged as not materialized (
    select
        staged.row_number,
        repeated_ids.asset_id as repeated_id,
        left(staged.raw, 1) = '{' as is_object,
        case
            when staged.id_type in ('missing', 'null') then 'id_missing'
            when staged.id_type <> 'string' or staged.id is null or length(normalised_id(staged.id)) <> 26
                or normalised_id(staged.id) !~ '^[0-7][0-9A-HJKMNP-TV-Z]*$' then 'id_not_a_ulid'
        end as id_reason,
        case
            when staged.score_type in ('missing', 'null') then 'score_missing'
            when staged.score_type <> 'number' then 'score_not_a_number'
            when staged.score_value is null or staged.score_value not between $1 and $2 then 'score_out_of_range'
        end as score_reason,
        case
            when staged.industry_type in ('missing', 'null') then 'industry_missing'
            when staged.industry_type <> 'string' or labels.industry is null then 'industry_unknown'
        end as industry_reason
    from staging_assets as staged
    left join industry_labels as labels on labels.label = normalised_label(staged.industry)
    left join repeated_ids on repeated_ids.asset_id = normalised_id(staged.id) and staged.id_type = 'string'
),
kept_rows as (
    select repeated_id, max(row_number) as row_number
    from judged
    where repeated_id is not null and id_reason is null and score_reason is null and industry_reason is null
    group by repeated_id
),
reasoned as (
    select
        judged.row_number,
        case
            when not judged.is_object then array['not_an_object']
            else array_remove(
                array[
                    judged.id_reason,
                    case
                        when judged.repeated_id is not null and judged.id_reason is null
                            and judged.row_number is distinct from kept_rows.row_number
                            then 'duplicate_id_in_batch'
                    end,
                    judged.score_reason,
                    judged.industry_reason
                ],
                null)
        end as reasons
    from judged
    left join kept_rows on kept_rows.repeated_id = judged.repeated_id
    where judged.id_reason is not null
        or judged.score_reason is not null
        or judged.industry_reason is not null
        or judged.repeated_id is not null
)
insert into rejected_assets (batch_id, row_number, id, score, industry, raw, reasons)
select staged.batch_id, staged.row_number, staged.id, staged.score, staged.industry, staged.raw, reasoned.reasons
from reasoned
join staging_assets as staged on staged.row_number = reasoned.row_number
where cardinality(reasoned.reasons) > 0
