#!/usr/bin/env bash
# Makes a primary of a fresh server: run once by the image of PostgreSQL, before the server takes connections by TCP.
set -euo pipefail

# Replication needs a role and a line of its own: "all" in pg_hba.conf does not mean replication.
psql --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --set=password="$POSTGRES_PASSWORD" <<'SQL'
create role replicator login replication password :'password';
-- From the next start on, a commit is not answered before the standby has it on disk.
alter system set synchronous_standby_names = 'standby';
SQL
echo "host replication replicator samenet scram-sha-256" >>"$PGDATA/pg_hba.conf"
