-- Why an asset's percentile moved, from the counts. For people at a psql prompt, and for `etl-job explain`.

-- Grain: five rows, one per step from the earlier percentile to the later one. Percentiles are taken as decimals, the
-- shortest that read back as the same double, so that the parts add up to the last digit; of doubles they could not.
create function explain_percentile(id text, from_batch_id bigint default null, to_batch_id bigint default null)
returns table (
    step integer, part text, batches bigint[], scored_batch_id bigint, score double precision, industry text,
    below bigint, equal bigint, above bigint, in_all bigint, percentile numeric, points numeric)
language sql stable set extra_float_digits = 1
begin atomic
    with later as (
        select snapshot.*
        from percentile_snapshots as snapshot
        where snapshot.id = normalised_id(explain_percentile.id)
            and snapshot.as_of_batch_id >= coalesce(explain_percentile.to_batch_id, 0)
            and snapshot.as_of_batch_id <= coalesce(explain_percentile.to_batch_id, 9223372036854775807)
        order by snapshot.as_of_batch_id desc
        limit 1
    ),
    earlier as (
        select snapshot.*
        from later
        join percentile_snapshots as snapshot on snapshot.id = later.id
        where snapshot.as_of_batch_id < later.as_of_batch_id
            and snapshot.as_of_batch_id >= coalesce(explain_percentile.from_batch_id, 0)
            and snapshot.as_of_batch_id <= coalesce(explain_percentile.from_batch_id, 9223372036854775807)
        order by snapshot.as_of_batch_id desc
        limit 1
    ),
    compared as materialized (
        select
            earlier.scored_batch_id as old_scored_batch_id,
            earlier.score as old_score,
            earlier.industry as old_industry,
            earlier.percentile::text::numeric as old_percentile,
            old_ledger.window_first_batch_id as old_first,
            old_ledger.batch_id as old_last,
            later.scored_batch_id as new_scored_batch_id,
            later.score as new_score,
            later.industry as new_industry,
            later.percentile::text::numeric as new_percentile,
            new_ledger.window_first_batch_id as new_first,
            new_ledger.batch_id as new_last,
            new_ledger.percentile_method
        from earlier
        cross join later
        join batches as old_ledger on old_ledger.batch_id = earlier.as_of_batch_id
        join batches as new_ledger on new_ledger.batch_id = later.as_of_batch_id
    ),
    -- Each batch of either window, judged by the old score in the old industry and by the new one in the new.
    judged as materialized (
        select question.is_new, ledger.batch_id, tally.below, tally.equal, tally.above
        from compared
        cross join lateral (
            values (false, old_score, old_industry), (true, new_score, new_industry)
        ) as question (is_new, score, industry)
        join batches as ledger
            on ledger.batch_id between old_first and old_last or ledger.batch_id between new_first and new_last
        cross join lateral (
            select
                coalesce(sum(asset_count) filter (where counted.score < question.score), 0) as below,
                coalesce(sum(asset_count) filter (where counted.score = question.score), 0) as equal,
                coalesce(sum(asset_count) filter (where counted.score > question.score), 0) as above
            from batch_distributions as counted
            where counted.batch_id = ledger.batch_id and counted.industry = question.industry
        ) as tally
    ),
    -- A window is a range of applied batches, and the later one begins no earlier.
    stretches as (
        select stretch.name, stretch.is_new, stretch.first_batch_id, stretch.last_batch_id
        from compared
        cross join lateral (
            values
                ('before', false, old_first, old_last),
                ('left', false, old_first, least(old_last, new_first - 1)),
                ('kept', false, new_first, old_last),
                ('entered', false, greatest(new_first, old_last + 1), new_last),
                ('old score in the new window', false, new_first, new_last),
                ('after', true, new_first, new_last)
        ) as stretch (name, is_new, first_batch_id, last_batch_id)
    ),
    sums as materialized (
        select
            stretches.name,
            array_agg(judged.batch_id order by judged.batch_id) filter (where judged.batch_id is not null) as batches,
            coalesce(sum(judged.below), 0)::bigint as below,
            coalesce(sum(judged.equal), 0)::bigint as equal,
            coalesce(sum(judged.above), 0)::bigint as above,
            coalesce(sum(judged.below + judged.equal + judged.above), 0)::bigint as in_all
        from stretches
        left join judged
            on judged.is_new = stretches.is_new
            and judged.batch_id between stretches.first_batch_id and stretches.last_batch_id
        group by stretches.name
    ),
    ranked as (
        select
            sums.name,
            percentile_from_counts(compared.percentile_method, sums.below, sums.equal, sums.in_all)::text::numeric
                as percentile
        from compared
        cross join sums
    ),
    -- Where nothing is left to compare with, the percentile stays for the moment what it was.
    left_behind as (
        select compared.*, coalesce(ranked.percentile, old_percentile) as left_percentile
        from compared
        join ranked on ranked.name = 'kept'
    ),
    joined_up as materialized (
        select left_behind.*, coalesce(ranked.percentile, left_percentile) as entered_percentile
        from left_behind
        join ranked on ranked.name = 'old score in the new window'
    ),
    steps as (
        select
            step.number, step.part, step.name, step.scored_batch_id, step.score, step.industry, step.percentile,
            step.points
        from joined_up
        cross join lateral (
            values
                (1, 'before', 'before', old_scored_batch_id, old_score, old_industry, old_percentile, null),
                (2, 'left', 'left', null, old_score, old_industry, left_percentile, left_percentile - old_percentile),
                (3, 'entered', 'entered', null, old_score, old_industry, entered_percentile,
                    entered_percentile - left_percentile),
                (4, case when old_industry = new_industry then 'own score' else 'own score and industry' end, null,
                    new_scored_batch_id, new_score, new_industry, new_percentile, new_percentile - entered_percentile),
                (5, 'after', 'after', new_scored_batch_id, new_score, new_industry, new_percentile,
                    new_percentile - old_percentile)
        ) as step (number, part, name, scored_batch_id, score, industry, percentile, points)
    )
    select
        steps.number,
        steps.part,
        case when steps.name is not null then coalesce(sums.batches, array[]::bigint[]) end,
        steps.scored_batch_id,
        steps.score,
        steps.industry,
        sums.below,
        sums.equal,
        sums.above,
        sums.in_all,
        trim_scale(steps.percentile),
        trim_scale(steps.points)
    from steps
    left join sums on sums.name = steps.name
    order by steps.number;
end;

comment on function explain_percentile(text, bigint, bigint) is
    'Why the percentile of an asset moved between two as-of batches (by default its last two snapshots), in five rows: '
    'before; what left the window; what entered it; the asset''s own score; after. batches, below, equal, above, '
    'in_all: the batches of that row and how many of their assets in the industry score lower, the same, higher and in '
    'all, compared with score (the asset''s own observations are among them). percentile: what it was when the row was '
    'done, the old score being compared until the own score''s row. points: what the row changed, the own score being '
    'what remains; left + entered + own score are after less before to the last digit, and points of after is that sum. '
    'Where the industry changed, left and entered are about the old one, and the change to the other distribution is '
    'in the part called own score and industry. Where no asset of the industry is left to compare with, the percentile '
    'stays what it was, so that part has 0 points and the next one the whole change. No rows where the asset has no '
    'snapshot as of either batch, or from_batch_id is not before to_batch_id; asset_history(id) has those that exist. '
    'Example: select part, batches, below, equal, above, percentile, points '
    'from explain_percentile(''01GNNA1J307AY6JA6HE9DDPSWM'', 2, 4);';
