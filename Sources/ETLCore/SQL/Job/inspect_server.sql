-- What the job must know of a database before it works there.
-- $1: schema; its tables are looked up in the catalogue, which needs no right on it
-- Grain: one row.
select
    current_setting('server_version_num')::integer as server_version,
    current_setting('server_encoding') as server_encoding,
    current_setting('transaction_read_only') = 'on' or pg_is_in_recovery() as is_read_only,
    to_regnamespace(quote_ident($1)) is not null as has_schema,
    exists (
        select
        from pg_class
        where relname = 'schema_migrations' and relnamespace = to_regnamespace(quote_ident($1))
    ) as has_migrations
