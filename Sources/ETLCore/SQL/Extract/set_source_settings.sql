-- Settings of a transaction on a source database; local to it. Every float in as many digits as it needs.
select
    set_config('extra_float_digits', '3', true),
    set_config('client_encoding', 'UTF8', true)
