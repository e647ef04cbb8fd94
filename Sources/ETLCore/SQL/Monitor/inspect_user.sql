-- Who is connected, and to what kind of server; needs no schema and no right.
-- Grain: one row.
select
    session_user as user_name,
    exists (select from pg_roles where rolname = session_user and rolsuper) as is_superuser,
    exists (
        select from pg_roles where rolname = 'rds_superuser' and pg_has_role(session_user, oid, 'member')
    ) as is_rds_superuser,
    exists (
        select from pg_roles where rolname = 'rds_iam' and pg_has_role(session_user, oid, 'member')
    ) as uses_iam,
    exists (select from pg_proc where proname = 'aurora_version') as is_aurora,
    extract(epoch from clock_timestamp())::double precision as clock_seconds
