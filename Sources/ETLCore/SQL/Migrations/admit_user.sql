-- Lets the connected user act as etl_writer. Since PostgreSQL 16 whoever makes a role may give it to others only.
grant etl_writer to session_user
