-- Empties staging_assets.
truncate staging_assets
