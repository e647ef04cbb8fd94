-- Whether staging_assets is empty, as it should be between batches.
select not exists (select from staging_assets) as is_empty
