-- Makes the migrations' own ledger, where it is missing.
create table if not exists schema_migrations (
    version integer constraint a_migration_is_applied_once primary key,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default clock_timestamp()
)
