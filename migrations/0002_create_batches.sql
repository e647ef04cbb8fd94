-- The ledger: one row per applied batch, written in the batch's own transaction.
create table batches (
    batch_id bigint constraint a_batch_is_applied_once primary key
        constraint batch_id_is_not_negative check (batch_id >= 0),
    source text not null,
    content_sha256 text not null
        constraint content_sha256_is_64_hex_digits check (content_sha256 ~ '^[0-9a-f]{64}$'),
    read_count bigint not null,
    accepted_count bigint not null
        constraint accepted_count_is_not_negative check (accepted_count >= 0),
    rejected_count bigint not null
        constraint rejected_count_is_not_negative check (rejected_count >= 0),
    byte_size bigint not null
        constraint byte_size_is_not_negative check (byte_size >= 0),
    window_first_batch_id bigint
        constraint window_begins_no_later_than_it_ends check (window_first_batch_id <= batch_id),
    window_size integer not null
        constraint window_size_is_at_least_one check (window_size >= 1),
    percentile_method text not null
        constraint percentile_method_is_known
            check (percentile_method in ('percent_rank', 'cume_dist', 'average_rank', 'mid_rank')),
    rescore text not null
        constraint rescore_is_known check (rescore in ('window', 'all')),
    score_minimum double precision not null,
    score_maximum double precision not null,
    snapshot_count bigint not null,
    snapshot_checksum numeric not null,
    applied_at timestamptz not null default clock_timestamp(),
    duration interval not null,
    job_version text not null,
    constraint read_is_accepted_plus_rejected check (read_count = accepted_count + rejected_count),
    constraint score_range_is_not_empty check (score_minimum <= score_maximum),
    constraint no_snapshots_before_the_window_is_full
        check (window_first_batch_id is not null or snapshot_count = 0)
);

comment on table batches is
    'The ledger: one row per applied batch, committed together with all that the batch changed.';
comment on column batches.batch_id is 'Number of the batch, from its file name: batch_7.json is batch 7.';
comment on column batches.source is 'Where the rows came from, as it was named to the job.';
comment on column batches.content_sha256 is 'SHA-256 of the uncompressed bytes that were read, as hex digits.';
comment on column batches.read_count is 'Rows in the raw batch.';
comment on column batches.accepted_count is 'Rows that entered the distributions.';
comment on column batches.rejected_count is 'Rows in rejected_assets.';
comment on column batches.byte_size is 'Size of the raw batch in bytes.';
comment on column batches.window_first_batch_id is
    'First batch of the window that ends with this one; NULL while there are too few batches for a window.';
comment on column batches.window_size is 'Batches in a full window; fixed by the first batch.';
comment on column batches.percentile_method is 'Formula of the percentiles; fixed by the first batch.';
comment on column batches.rescore is
    'window: scores of the window were re-expressed; all: those of every asset ever scored.';
comment on column batches.score_minimum is 'Lowest score that was accepted.';
comment on column batches.score_maximum is 'Highest score that was accepted.';
comment on column batches.snapshot_count is 'Rows appended to percentile_snapshots as of this batch.';
comment on column batches.snapshot_checksum is
    'Sum of the 64-bit hashes of those rows, whatever their order; 0 where there are none.';
comment on column batches.applied_at is 'When the batch was applied, by the server''s clock.';
comment on column batches.duration is 'How long the batch took, from reading its first byte to the ledger.';
comment on column batches.job_version is 'Version of etl-job that applied it.';
