-- What must be known of the roles before they are made and given their rights on the schema.
-- $1: schema
-- Grain: one row. The roles have their rights here where the rights on schema_migrations, which every
-- schema of the job has, name both.
select
    current_user as user_name,
    exists (select from pg_roles where rolname = 'etl_writer') as has_writer,
    exists (select from pg_roles where rolname = 'etl_reader') as has_reader,
    (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as may_create_roles,
    exists (
        select
        from pg_roles
        where rolname = 'etl_writer'
            and pg_has_role(
                session_user, oid,
                case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end)
    ) as may_be_writer,
    (
        select count(distinct granted.oid) = 2
        from pg_class, aclexplode(relacl)
        join pg_roles as granted on granted.oid = grantee
        where relname = 'schema_migrations'
            and relnamespace = to_regnamespace(quote_ident($1))
            and granted.rolname in ('etl_writer', 'etl_reader')
    ) as is_granted,
    (
        select relowner::regrole::text
        from pg_class
        where relname = 'schema_migrations'
            and relnamespace = to_regnamespace(quote_ident($1))
            and not pg_has_role(relowner, 'usage')
    ) as foreign_owner,
    not exists (
        select
        from pg_roles
        where rolname = 'etl_writer'
            and not has_database_privilege(oid, current_database(), 'temporary')
    ) as writer_may_make_work_tables
