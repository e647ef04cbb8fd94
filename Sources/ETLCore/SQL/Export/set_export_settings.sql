-- Settings of the export's transaction, local to it.
-- $1: search_path, the schema quoted as an identifier
select
    set_config('search_path', $1 || ', pg_temp', true),
    set_config('timezone', 'UTC', true),
    set_config('datestyle', 'ISO', true),
    set_config('intervalstyle', 'iso_8601', true),
    set_config('extra_float_digits', '1', true)
