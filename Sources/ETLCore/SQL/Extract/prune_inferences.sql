-- Deletes the claimed rows of all but the newest batches from the inbox.
-- $1: how many of the newest batches keep theirs
delete from inference_results
where batch_id <= (
    select batch_id
    from batches
    order by batch_id desc
    offset $1
    limit 1
)
