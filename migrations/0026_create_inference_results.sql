-- The inbox: where an inference pipeline leaves the scores of its models for the job to claim.
-- Grain: one row per raw row. Texts, so that whatever a model answers can be inserted; what it is worth is judged later.
create table inference_results (
    inference_id bigint generated always as identity
        constraint an_inference_is_claimed_once primary key,
    id text,
    score text,
    industry text,
    payload json,
    received_at timestamptz not null default clock_timestamp()
        constraint received_at_is_a_moment check (isfinite(received_at)),
    batch_id bigint
        constraint inference_batch_is_not_negative check (batch_id >= 0),
    constraint a_payload_stands_alone
        check (payload is null or (id is null and score is null and industry is null)),
    constraint an_inference_has_two_mebibytes_at_most
        check (
            coalesce(octet_length(id), 0) + coalesce(octet_length(score), 0) + coalesce(octet_length(industry), 0)
                + coalesce(octet_length(payload::text), 0)
            <= 2097152)
);

comment on table inference_results is
    'The inbox: what the inference pipeline inserts and etl-job run --from-inbox claims. Insert only: either id, score '
    'and industry, or a whole raw row as payload. A correction is another row.';
comment on column inference_results.inference_id is
    'Order of insertion: of several rows of a batch with one id the last counts.';
comment on column inference_results.id is 'ULID of the asset.';
comment on column inference_results.score is
    'The score. A text that is a JSON number is that number; any other is a score that is no number.';
comment on column inference_results.industry is 'Label of the industry.';
comment on column inference_results.payload is
    'A whole raw row as JSON, in place of the three columns, for what does not fit them.';
comment on column inference_results.received_at is
    'When the row came, by the server''s clock unless the pipeline says otherwise.';
comment on column inference_results.batch_id is
    'The batch that claimed the row, set in that batch''s transaction; NULL while it waits.';

-- Waiting rows in their order; the rows of a batch; what is old enough to be deleted.
create index inferences_by_batch on inference_results (batch_id, inference_id);

create function keep_inference_claims() returns trigger
language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        raise exception 'a new row of % waits: batch_id must be NULL', tg_table_name
            using errcode = 'restrict_violation',
                  hint = 'Leave batch_id out; etl-job run --from-inbox sets it when it claims the row.';
    end if;
    raise exception 'a claimed row of % stays as it is', tg_table_name
        using errcode = 'restrict_violation',
              hint = 'Insert the correction as another row: a later batch claims it.';
end
$$;

comment on function keep_inference_claims() is
    'Trigger of inference_results: refuses rows that are claimed from the start, and changes of claimed rows.';

create trigger inferences_wait_first before insert on inference_results
    for each row when (new.batch_id is not null) execute function keep_inference_claims();
create trigger claims_stay before update on inference_results
    for each row when (old.batch_id is not null) execute function keep_inference_claims();
