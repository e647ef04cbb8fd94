-- Tells people at a psql prompt what schema_migrations is.
comment on table schema_migrations is
    'Applied migrations, one row each, with the SHA-256 of the file as it was applied.'
