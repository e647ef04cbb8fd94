-- Empties the work table, so that the next batch of the same transaction can use it.
truncate pg_temp.window_percentiles
