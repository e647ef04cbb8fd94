-- What was written stays as it was: the database itself refuses changes, from the owner too.
create function refuse_change_of_history() returns trigger
language plpgsql as $$
begin
    raise exception '% is append-only: % refused', tg_table_name, tg_op
        using errcode = 'restrict_violation',
              hint = 'A correction is loaded as a later batch; history is not rewritten.';
end
$$;

comment on function refuse_change_of_history() is
    'Trigger of the append-only tables: refuses UPDATE, DELETE and TRUNCATE.';

create trigger history_is_append_only before update or delete or truncate on percentile_snapshots
    for each statement execute function refuse_change_of_history();
create trigger history_is_append_only before update or delete or truncate on batch_distributions
    for each statement execute function refuse_change_of_history();
create trigger history_is_append_only before update or delete or truncate on rejected_assets
    for each statement execute function refuse_change_of_history();
create trigger history_is_append_only before update or delete or truncate on batches
    for each statement execute function refuse_change_of_history();
