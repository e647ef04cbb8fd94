-- Gives the roles their rights on the job's schema, and takes back any other: etl_reader reads; etl_writer loads
-- batches, but cannot change what was appended. A table that a migration adds belongs here too.
do $$
declare
    snapshot_partition regclass;
begin
    -- Schema public belongs to the owner of the database; there everybody may look things up.
    if (select pg_has_role(nspowner, 'usage') from pg_namespace where nspname = current_schema()) then
        execute format('grant usage on schema %I to etl_writer, etl_reader', current_schema());
    end if;
    if not (has_schema_privilege('etl_writer', current_schema(), 'usage')
        and has_schema_privilege('etl_reader', current_schema(), 'usage'))
    then
        raise exception '% may not give the roles the right to look into schema %', current_user, current_schema()
            using errcode = 'insufficient_privilege',
                  hint = format(
                      'Its owner can: grant usage on schema %I to etl_writer, etl_reader;', current_schema());
    end if;

    revoke all on table
        batch_distributions, batch_health, batch_rejects, batches, distribution_snapshots, drift_baselines,
        drift_history, drift_measurements, growth_history, industries, industry_aliases, industry_labels,
        inference_results, latest_drift, percentile_snapshots, rejected_assets, rejects_by_reason, schema_migrations,
        scores, scores_growth, scores_today, staging_assets, table_growth, window_assets
        from etl_writer, etl_reader;
    grant select on table
        batch_distributions, batch_health, batch_rejects, batches, distribution_snapshots, drift_baselines,
        drift_history, drift_measurements, growth_history, industries, industry_aliases, industry_labels,
        inference_results, latest_drift, percentile_snapshots, rejected_assets, rejects_by_reason, schema_migrations,
        scores, scores_growth, scores_today, staging_assets, table_growth, window_assets
        to etl_writer, etl_reader;
    grant insert on table
        batches, batch_distributions, distribution_snapshots, drift_baselines, drift_measurements,
        percentile_snapshots, rejected_assets, table_growth
        to etl_writer;
    grant insert, update on table scores to etl_writer;
    grant insert, delete, truncate on table staging_assets to etl_writer;
    grant insert, delete on table window_assets to etl_writer;
    grant delete on table inference_results to etl_writer;
    grant update (batch_id) on table inference_results to etl_writer;
    grant execute on function
        ensure_snapshot_partition(bigint), open_snapshot_partition(bigint), close_snapshot_partition(bigint)
        to etl_writer;

    for snapshot_partition in select inhrelid from pg_inherits where inhparent = 'percentile_snapshots'::regclass loop
        execute format('grant select on table %s to etl_writer, etl_reader', snapshot_partition);
        perform take_back_partition_rights(snapshot_partition);
    end loop;
end
$$
