-- Lets etl_writer make temporary tables in the database. The name is put in as a quoted identifier.
grant temporary on database :"database" to etl_writer
