-- The applied migrations.
-- Grain: one row per migration, in order.
select version, name, sha256, to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as applied_at
from schema_migrations
order by version
