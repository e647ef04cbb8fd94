-- Makes the roles, where they are missing. They are of the whole server: another migration may be at it.
do $$
begin
    begin
        create role etl_writer nologin;
    exception when duplicate_object or unique_violation then
        null;
    end;
    begin
        create role etl_reader nologin;
    exception when duplicate_object or unique_violation then
        null;
    end;
end
$$
