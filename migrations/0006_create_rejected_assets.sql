-- Grain: one row per raw row that may not enter a distribution.
create table rejected_assets (
    batch_id bigint not null,
    row_number bigint not null,
    id text,
    score text,
    industry text,
    raw text not null,
    reasons text[] not null
        constraint every_rejection_has_a_known_reason check (
            cardinality(reasons) > 0
            and reasons <@ array[
                'not_an_object', 'id_missing', 'id_not_a_ulid', 'duplicate_id_in_batch', 'score_missing',
                'score_not_a_number', 'score_out_of_range', 'industry_missing', 'industry_unknown']),
    constraint a_row_is_rejected_once primary key (batch_id, row_number)
);

comment on table rejected_assets is
    'Raw rows that may not enter a distribution, each with its original text and all its reasons. Append-only.';
comment on column rejected_assets.batch_id is 'The batch that brought the row.';
comment on column rejected_assets.row_number is 'Position of the row in its batch, from 1.';
comment on column rejected_assets.id is 'Text of the id as it came; NULL where missing or not to be held as text.';
comment on column rejected_assets.score is 'Text of the score as it came.';
comment on column rejected_assets.industry is 'Text of the industry label as it came.';
comment on column rejected_assets.raw is 'The row''s original JSON text.';
comment on column rejected_assets.reasons is 'Every reason why the row was rejected.';
