-- Makes the job's schema, where it is missing. The name is put in as a quoted identifier.
create schema if not exists :"schema"
