-- Drops the work table, so that the next batch of the same transaction can make its own.
drop table if exists pg_temp.window_percentiles
