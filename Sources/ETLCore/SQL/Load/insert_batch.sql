-- Writes the batch's row of the ledger.
-- $1: batch · $2: source · $3: SHA-256 of its bytes, hex · $4: rows read · $5: accepted · $6: rejected
-- $7: size in bytes · $8: first batch of its window or NULL · $9: window size · $10: percentile method
-- $11: rescore · $12: lowest score · $13: highest score · $14: snapshots · $15: their checksum
-- $16: duration in seconds · $17: version of the job
insert into batches (
    batch_id, source, content_sha256, read_count, accepted_count, rejected_count, byte_size,
    window_first_batch_id, window_size, percentile_method, rescore, score_minimum, score_maximum,
    snapshot_count, snapshot_checksum, duration, job_version
) values (
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, make_interval(secs => $16), $17
)
