-- Which of the rights that a run needs the current user has.
-- Grain: one row per table and right.
select
    needed.table_name,
    needed.privilege,
    coalesce(has_table_privilege(to_regclass(needed.table_name), needed.privilege), false) as is_granted
from (
    values
        ('batches', 'select'), ('batches', 'insert'),
        ('batch_distributions', 'select'), ('batch_distributions', 'insert'),
        ('industry_labels', 'select'),
        ('percentile_snapshots', 'select'), ('percentile_snapshots', 'insert'),
        ('rejected_assets', 'select'), ('rejected_assets', 'insert'),
        ('scores', 'select'), ('scores', 'insert'), ('scores', 'update'),
        ('staging_assets', 'select'), ('staging_assets', 'insert'), ('staging_assets', 'truncate'),
        ('window_assets', 'select'), ('window_assets', 'insert'), ('window_assets', 'delete')
) as needed (table_name, privilege)
order by needed.table_name, needed.privilege
