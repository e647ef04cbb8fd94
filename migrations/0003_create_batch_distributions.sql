-- Grain: one row per batch, industry and distinct score. Everything else is computed from these counts.
create table batch_distributions (
    batch_id bigint not null,
    industry text collate "C" not null,
    score double precision not null,
    asset_count bigint not null
        constraint asset_count_is_positive check (asset_count > 0),
    constraint one_count_per_batch_industry_and_score primary key (batch_id, industry, score)
);

comment on table batch_distributions is
    'How many accepted assets of a batch have each score: exact counts, append-only, kept for ever. '
    'The distribution of a window is the sum of those of its batches.';
comment on column batch_distributions.batch_id is 'The batch that brought the assets.';
comment on column batch_distributions.industry is 'Industry of the assets.';
comment on column batch_distributions.score is 'The score itself.';
comment on column batch_distributions.asset_count is 'How many assets of the batch and industry have just this score.';
