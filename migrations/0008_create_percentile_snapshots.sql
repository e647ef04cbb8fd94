-- Grain: one row per asset and as-of batch. Written once, never changed.
create table percentile_snapshots (
    as_of_batch_id bigint not null,
    id text collate "C" not null,
    scored_batch_id bigint not null,
    score double precision not null,
    industry text not null,
    percentile double precision not null
        constraint percentile_is_between_0_and_100 check (percentile between 0 and 100),
    constraint one_snapshot_per_asset_and_as_of_batch primary key (id, as_of_batch_id),
    constraint scored_no_later_than_as_of check (scored_batch_id <= as_of_batch_id)
) partition by range (as_of_batch_id);

comment on table percentile_snapshots is
    'The percentile of each asset of a window as of the batch that completed it. Append-only; '
    'partitioned by ranges of as-of batches: 100 each, or one for a large batch.';
comment on column percentile_snapshots.as_of_batch_id is 'The batch at whose loading the percentile was computed.';
comment on column percentile_snapshots.id is 'ULID of the asset, in upper case.';
comment on column percentile_snapshots.scored_batch_id is 'The batch that brought the score.';
comment on column percentile_snapshots.score is 'The asset''s latest score in the window.';
comment on column percentile_snapshots.industry is 'Industry of that score.';
comment on column percentile_snapshots.percentile is 'Percentile (0 to 100) within the industry over the window.';
