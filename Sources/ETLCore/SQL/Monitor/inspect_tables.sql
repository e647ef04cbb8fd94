-- How many rows there are to be checked beside the snapshots. A standby cannot read staging_assets, which is not logged.
-- Grain: one row.
select
    (select count(*) from batch_distributions) as distribution_count,
    (select count(*) from rejected_assets) as rejected_count,
    (select count(*) from scores) as score_count,
    (select count(*) from scores where percentile is null) as null_count,
    (select count(*) from window_assets) as window_asset_count,
    (select count(*) from distribution_snapshots) + (select count(*) from drift_measurements) as figure_count,
    (select count(*) from inference_results where batch_id is not null) as claimed_count,
    pg_is_in_recovery() as is_standby
