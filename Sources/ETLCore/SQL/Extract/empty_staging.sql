-- Empties staging_assets.
select empty_staging()
