-- Grain: one row per accepted asset of each batch of the window. Older batches are pruned as newer ones come.
-- No index: every reader wants all of it, and it never holds more than the window and the new batch.
create table window_assets (
    batch_id bigint not null,
    id text collate "C" not null,
    score double precision not null,
    industry text collate "C" not null
) with (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_insert_scale_factor = 0.1);

comment on table window_assets is 'Accepted assets of the window''s batches, as each batch scored them.';
comment on column window_assets.batch_id is 'The batch that scored the asset.';
comment on column window_assets.id is 'ULID of the asset, in upper case.';
comment on column window_assets.score is 'Score that the batch gave the asset.';
comment on column window_assets.industry is 'Industry, by its canonical name.';
