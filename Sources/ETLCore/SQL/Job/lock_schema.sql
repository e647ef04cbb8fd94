-- Waits until no other job works on the schema; released at the end of the transaction.
-- $1: schema
select pg_advisory_xact_lock(hashtextextended('etl-job:' || $1, 0))
