-- Empties staging_assets row by row: for a small batch that costs less than new files for the table.
delete from staging_assets
