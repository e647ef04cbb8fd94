-- The three users of the job and the two roles behind them, on a new cluster. Run once, by the master user, in the
-- job's database:
--
--   psql "host=… dbname=etl user=etl_master sslmode=verify-full sslrootcert=…" --set ON_ERROR_STOP=1 --file users.sql
--
-- None has a password: they log in with tokens (rds_iam). The migrations come after this, run by etl_admin.
--
-- From PostgreSQL 16 on, whoever makes a role is its member, by a grant that only a superuser takes back. So the master
-- user becomes, by way of these three, a member of rds_iam too, and RDS then asks it for a token in place of its
-- password. That is as well: it is not needed again. A DBA who must be it gets rds-db:connect on dbuser:…/etl_master.
begin;

create role etl_writer nologin;
create role etl_reader nologin;

-- Owns the schema, migrates it, and gives the roles their rights.
create role etl_admin login;
grant rds_iam to etl_admin;
grant etl_writer, etl_reader to etl_admin with admin option;
select format('grant create, temporary on database %I to etl_admin', current_database()) \gexec
select format('grant temporary on database %I to etl_writer', current_database()) \gexec
grant usage, create on schema public to etl_admin with grant option;

-- Loads batches.
create role etl_load login;
grant rds_iam, etl_writer to etl_load;

-- Reads: verify, report, people.
create role etl_read login;
grant rds_iam, etl_reader to etl_read;

commit;
