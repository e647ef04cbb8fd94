-- Settings of a transaction on a source database; local to it. Every float in as many digits as it needs. A job that has
-- given up must not leave its query running: servers that can, from 14 on, look whether it is still there.
-- $1: seconds between two looks
select
    set_config('extra_float_digits', '3', true),
    set_config('client_encoding', 'UTF8', true),
    case
        when current_setting('client_connection_check_interval', true) is not null
            and version() !~* 'mingw|msvc|visual c' -- Windows cannot
            then set_config('client_connection_check_interval', $1 || 's', true)
    end
