-- The raw batch in hand only: filled and emptied in one transaction, so it need not be logged.
create unlogged table staging_assets (
    batch_id bigint not null,
    row_number bigint not null,
    id text,
    id_type text not null,
    score text,
    score_type text not null,
    score_value double precision,
    industry text,
    industry_type text not null,
    raw text not null
);

-- TRUNCATE keeps a large table small, but needs it alone: while a backup reads it, rows are deleted instead.
create function empty_staging() returns void
language plpgsql set search_path from current as $$
begin
    if pg_relation_size('staging_assets') > 4 * 1024 * 1024 then
        begin
            lock table staging_assets in access exclusive mode nowait;
            truncate staging_assets;
            return;
        exception when lock_not_available then
            null;
        end;
    end if;
    delete from staging_assets;
end
$$;

comment on function empty_staging() is 'Empties staging_assets, in whichever way is cheaper and waits for nobody.';

comment on table staging_assets is
    'The raw batch in hand, as it came; empty between batches. Nothing in it has been judged yet.';
comment on column staging_assets.batch_id is 'Number of the batch.';
comment on column staging_assets.row_number is 'Position of the row in the batch, from 1.';
comment on column staging_assets.id is 'Text of the id; NULL where it is missing, null or cannot be held as text.';
comment on column staging_assets.id_type is 'JSON type of the id: string, number, other, null, missing.';
comment on column staging_assets.score is 'Original text of the score, a number''s digits as they came.';
comment on column staging_assets.score_type is 'JSON type of the score.';
comment on column staging_assets.score_value is
    'The score as a double; NULL where it is no JSON number or none that a double can hold.';
comment on column staging_assets.industry is 'Text of the industry label.';
comment on column staging_assets.industry_type is 'JSON type of the industry label.';
comment on column staging_assets.raw is 'Original JSON text of the row.';
