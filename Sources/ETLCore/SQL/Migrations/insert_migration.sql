-- Records an applied migration, in the migration's own transaction.
-- $1: version
-- $2: name
-- $3: SHA-256 of the file, hex
insert into schema_migrations (version, name, sha256) values ($1, $2, $3)
