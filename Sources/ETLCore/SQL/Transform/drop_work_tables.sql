-- Drops the work tables of a batch, so that the next one of the same transaction can make its own.
drop table if exists pg_temp.window_ranks, pg_temp.window_percentiles
