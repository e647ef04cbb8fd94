-- Limits each statement of the transaction from here on; a stricter limit of the user or database stays.
-- Not for a COPY: it may take as long as its rows keep coming.
-- $1: seconds
-- $2: lock_timeout, with its unit
select
    set_config(
        'statement_timeout',
        (
            1000 * least(
                nullif(extract(epoch from current_setting('statement_timeout')::interval), 0),
                $1::double precision)
        )::bigint::text,
        true),
    set_config('lock_timeout', $2, true)
