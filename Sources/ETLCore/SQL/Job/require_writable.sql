-- Fails with SQLSTATE 25006 on a standby, before a statement fails there that no one would recognise.
select pg_current_xact_id()
