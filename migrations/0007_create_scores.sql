-- Half of each page stays free and only the key is indexed: a new percentile is then a HOT update.
create table scores (
    id text collate "C" constraint one_score_per_asset primary key,
    score double precision not null,
    industry text not null,
    percentile double precision
        constraint percentile_is_between_0_and_100 check (percentile between 0 and 100)
) with (fillfactor = 50);

comment on table scores is 'Every asset ever accepted, with its latest score and latest percentile.';
comment on column scores.id is 'ULID of the asset, in upper case.';
comment on column scores.score is 'The asset''s latest score.';
comment on column scores.industry is 'Industry of the latest score.';
comment on column scores.percentile is
    'Percentile (0 to 100) within the industry over the window in which the asset was last ranked; '
    'NULL until the first window is full.';
