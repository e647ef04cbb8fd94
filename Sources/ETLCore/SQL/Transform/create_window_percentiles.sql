-- Makes the work table for the percentiles of a window, empty at the begin of each transaction.
-- Temporary, for it is nobody else's; made anew only on a new connection, for that costs more than a small batch.
create temporary table if not exists window_percentiles (
    id text collate "C" not null,
    scored_batch_id bigint not null,
    score double precision not null,
    industry text collate "C" not null,
    percentile double precision not null
) on commit delete rows
