-- Removes from window_assets the batches that have left the window.
-- $1: first batch to keep
delete from window_assets
where batch_id < $1
