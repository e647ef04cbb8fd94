-- The one place of the percentile formulas; the batch flow uses it too.
create function percentile_from_counts(percentile_method text, n_lt bigint, n_eq bigint, n bigint)
returns double precision
language sql immutable parallel safe
return case
    when n = 0 then null
    when n_eq = 0 then 100::double precision * n_lt / n
    when percentile_method = 'percent_rank'
        then case when n = 1 then 0 else 100::double precision * n_lt / (n - 1) end
    when percentile_method = 'cume_dist' then 100::double precision * (n_lt + n_eq) / n
    when percentile_method = 'average_rank'
        then 100 * (n_lt + (n_eq + 1) / 2::double precision) / n
    when percentile_method = 'mid_rank' then 100 * (n_lt + n_eq / 2::double precision) / n
end;

comment on function percentile_from_counts(text, bigint, bigint, bigint) is
    'Percentile (0 to 100) by a method (percent_rank, cume_dist, average_rank, mid_rank) from the number of '
    'assets scored lower, the number scored the same and the number in all; NULL where there are none.';

-- The one place where a window is ranked. Counts are summed and ranked, then joined with the assets by score: no
-- asset is sorted. Inlined where it is called.
create function ranked_window(first_batch_id bigint, last_batch_id bigint, percentile_method text)
returns table (
    id text, scored_batch_id bigint, score double precision, industry text, percentile double precision)
language sql stable parallel safe
begin atomic
    with window_distribution as (
        select industry, score, sum(asset_count)::bigint as n_eq
        from batch_distributions
        where batch_id between ranked_window.first_batch_id and ranked_window.last_batch_id
        group by industry, score
    ),
    running_sums as (
        select
            industry,
            score,
            n_eq,
            (sum(n_eq) over lower_scores - n_eq)::bigint as n_lt,
            (sum(n_eq) over (partition by industry))::bigint as n
        from window_distribution
        window lower_scores as (partition by industry order by score rows unbounded preceding)
    ),
    ranks as (
        select industry, score, percentile_from_counts(ranked_window.percentile_method, n_lt, n_eq, n) as percentile
        from running_sums
    ),
    latest as (
        select id, batch_id, score, industry
        from window_assets
        where batch_id = ranked_window.last_batch_id
        union all
        select id, batch_id, score, industry
        from window_assets as earlier
        where earlier.batch_id between ranked_window.first_batch_id and ranked_window.last_batch_id - 1
            and not exists (
                select
                from window_assets as later
                where later.id = earlier.id
                    and later.batch_id > earlier.batch_id
                    and later.batch_id between ranked_window.first_batch_id + 1 and ranked_window.last_batch_id
            )
    )
    select latest.id, latest.batch_id as scored_batch_id, latest.score, latest.industry, ranks.percentile
    from latest
    join ranks on ranks.industry = latest.industry and ranks.score = latest.score;
end;

comment on function ranked_window(bigint, bigint, text) is
    'The percentile of every asset of a window that window_assets still holds, by its latest score there.';

-- The same for every score that an asset ever had last, also one that the window lacks: it is ranked between its own.
create function ranked_scores(first_batch_id bigint, last_batch_id bigint, percentile_method text)
returns table (industry text, score double precision, percentile double precision)
language sql stable parallel safe
begin atomic
    with counted as (
        select industry, score, asset_count
        from batch_distributions
        where batch_id between ranked_scores.first_batch_id and ranked_scores.last_batch_id
        union all
        select distinct industry collate "C", score, 0
        from scores
    ),
    points as (
        select industry, score, sum(asset_count)::bigint as n_eq
        from counted
        group by industry, score
    ),
    running_sums as (
        select
            industry,
            score,
            n_eq,
            (sum(n_eq) over lower_scores - n_eq)::bigint as n_lt,
            (sum(n_eq) over (partition by industry))::bigint as n
        from points
        window lower_scores as (partition by industry order by score rows unbounded preceding)
    )
    select industry, score, percentile_from_counts(ranked_scores.percentile_method, n_lt, n_eq, n)
    from running_sums;
end;

comment on function ranked_scores(bigint, bigint, text) is
    'The percentile in a window of every score that any asset has in scores; NULL where its industry has no assets '
    'in the window.';

create function snapshot_hash(
    id text, scored_batch_id bigint, score double precision, industry text, percentile double precision)
returns bigint
language sql immutable parallel safe
return hashtextextended(
    id,
    hashtextextended(
        industry, hashfloat8extended(score, hashfloat8extended(percentile, scored_batch_id))));

comment on function snapshot_hash(text, bigint, double precision, text, double precision) is
    'A 64-bit hash of a snapshot; batches.snapshot_checksum is the sum over those of its as-of batch.';
