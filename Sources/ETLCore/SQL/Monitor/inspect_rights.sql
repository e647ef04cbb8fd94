-- Which of the rights that a run needs the current user, as which it would work, has.
-- Grain: one row per table or function, and right.
select
    needed.name,
    needed.privilege,
    coalesce(
        case
            when needed.privilege = 'execute'
                then has_function_privilege(to_regprocedure(needed.name), needed.privilege)
            when needed.privilege = 'update (batch_id)'
                then has_column_privilege(to_regclass(needed.name), 'batch_id', 'update')
            else has_table_privilege(to_regclass(needed.name), needed.privilege)
        end,
        false) as is_granted
from (
    values
        ('batches', 'select'), ('batches', 'insert'),
        ('batch_distributions', 'select'), ('batch_distributions', 'insert'),
        ('distribution_snapshots', 'select'), ('distribution_snapshots', 'insert'),
        ('drift_baselines', 'select'),
        ('drift_measurements', 'select'), ('drift_measurements', 'insert'),
        ('industry_labels', 'select'),
        ('inference_results', 'select'), ('inference_results', 'update (batch_id)'), ('inference_results', 'delete'),
        ('percentile_snapshots', 'select'), ('percentile_snapshots', 'insert'),
        ('rejected_assets', 'select'), ('rejected_assets', 'insert'),
        ('scores', 'select'), ('scores', 'insert'), ('scores', 'update'),
        ('staging_assets', 'select'), ('staging_assets', 'insert'), ('staging_assets', 'delete'),
        ('staging_assets', 'truncate'),
        ('table_growth', 'select'), ('table_growth', 'insert'),
        ('window_assets', 'select'), ('window_assets', 'insert'), ('window_assets', 'delete'),
        ('ensure_snapshot_partition(bigint)', 'execute'), ('open_snapshot_partition(bigint)', 'execute'),
        ('close_snapshot_partition(bigint)', 'execute')
) as needed (name, privilege)
order by needed.name, needed.privilege
