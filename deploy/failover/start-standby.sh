#!/usr/bin/env bash
# Copies the primary into an empty data directory, and starts the copy as a standby.
set -euo pipefail

# For pg_basebackup and for the stream of the standby: the password stays in the environment.
export PGPASSWORD=$POSTGRES_PASSWORD

if [[ ! -s $PGDATA/PG_VERSION ]]; then
    pg_basebackup --pgdata="$PGDATA" --host=primary --username=replicator --checkpoint=fast --wal-method=stream
    touch "$PGDATA/standby.signal"
fi
chmod 700 "$PGDATA"

# The name is the one that the primary waits for. The copied setting would make the standby, once promoted, wait for a
# standby of its own that nobody has made: every commit would hang.
exec postgres \
    -c cluster_name=standby \
    -c primary_conninfo='host=primary user=replicator connect_timeout=3' \
    -c synchronous_standby_names=''
