import PostgresClient

/// Every SQL statement of the job, by the name of its file; the texts are embedded in the binary.
enum SQL {
    // Job
    static let preferAnyGroups = embedded("prefer_any_groups", PackageResources.prefer_any_groups_sql)
    static let preferHashedGroups = embedded("prefer_hashed_groups", PackageResources.prefer_hashed_groups_sql)
    static let inspectServer = embedded("inspect_server", PackageResources.inspect_server_sql)
    static let listLockHolders = embedded("list_lock_holders", PackageResources.list_lock_holders_sql)
    static let limitStatements = embedded("limit_statements", PackageResources.limit_statements_sql)
    static let requireWritable = embedded("require_writable", PackageResources.require_writable_sql)
    static let lockSchema = embedded("lock_schema", PackageResources.lock_schema_sql)
    static let readSchemaLockHolder = embedded("read_schema_lock_holder", PackageResources.read_schema_lock_holder_sql)
    static let setBatchSettings = embedded("set_batch_settings", PackageResources.set_batch_settings_sql)

    // Extract
    static let claimInferences = embedded("claim_inferences", PackageResources.claim_inferences_sql)
    static let emptyStaging = embedded("empty_staging", PackageResources.empty_staging_sql)
    static let isStagingEmpty = embedded("is_staging_empty", PackageResources.is_staging_empty_sql)
    static let inspectInbox = embedded("inspect_inbox", PackageResources.inspect_inbox_sql)
    static let listClaimedInferences = embedded(
        "list_claimed_inferences", PackageResources.list_claimed_inferences_sql)
    static let pruneInferences = embedded("prune_inferences", PackageResources.prune_inferences_sql)
    static let setSourceSettings = embedded("set_source_settings", PackageResources.set_source_settings_sql)
    static let stageAssets = embedded("stage_assets", PackageResources.stage_assets_sql)

    // Transform
    static let classifyAssets = embedded("classify_assets", PackageResources.classify_assets_sql)
    static let countBatch = embedded("count_batch", PackageResources.count_batch_sql)
    static let countRejections = embedded("count_rejections", PackageResources.count_rejections_sql)

    // Load
    static let closeSnapshotPartition = embedded(
        "close_snapshot_partition", PackageResources.close_snapshot_partition_sql)
    static let createWindowPercentiles = embedded(
        "create_window_percentiles", PackageResources.create_window_percentiles_sql)
    static let dropWindowPercentiles = embedded("drop_window_percentiles", PackageResources.drop_window_percentiles_sql)
    static let fillSnapshotPartition = embedded("fill_snapshot_partition", PackageResources.fill_snapshot_partition_sql)
    static let loadRankedScores = embedded("load_ranked_scores", PackageResources.load_ranked_scores_sql)
    static let openSnapshotPartition = embedded("open_snapshot_partition", PackageResources.open_snapshot_partition_sql)
    static let sumWindowPercentiles = embedded("sum_window_percentiles", PackageResources.sum_window_percentiles_sql)
    static let loadWindow = embedded("load_window", PackageResources.load_window_sql)
    static let ensureSnapshotPartition = embedded(
        "ensure_snapshot_partition", PackageResources.ensure_snapshot_partition_sql)
    static let insertBatch = embedded("insert_batch", PackageResources.insert_batch_sql)
    static let insertUnrankedScores = embedded("insert_unranked_scores", PackageResources.insert_unranked_scores_sql)
    static let listBatches = embedded("list_batches", PackageResources.list_batches_sql)
    static let listNewestBatchIDs = embedded("list_newest_batch_ids", PackageResources.list_newest_batch_ids_sql)
    static let pruneWindow = embedded("prune_window", PackageResources.prune_window_sql)
    static let rescoreAll = embedded("rescore_all", PackageResources.rescore_all_sql)

    // Measure
    static let measureDistributions = embedded("measure_distributions", PackageResources.measure_distributions_sql)
    static let measureGrowth = embedded("measure_growth", PackageResources.measure_growth_sql)
    static let measureDrift = embedded("measure_drift", PackageResources.measure_drift_sql)

    // Migrations
    static let admitUser = embedded("admit_user", PackageResources.admit_user_sql)
    static let createRoles = embedded("create_roles", PackageResources.create_roles_sql)
    static let grantRights = embedded("grant_rights", PackageResources.grant_rights_sql)
    static let grantWorkTables = embedded("grant_work_tables", PackageResources.grant_work_tables_sql)
    static let inspectRoles = embedded("inspect_roles", PackageResources.inspect_roles_sql)
    static let createSchema = embedded("create_schema", PackageResources.create_schema_sql)
    static let createSchemaMigrations = embedded(
        "create_schema_migrations", PackageResources.create_schema_migrations_sql)
    static let describeSchemaMigrations = embedded(
        "describe_schema_migrations", PackageResources.describe_schema_migrations_sql)
    static let insertMigration = embedded("insert_migration", PackageResources.insert_migration_sql)
    static let listMigrations = embedded("list_migrations", PackageResources.list_migrations_sql)
    static let setMigrationSettings = embedded("set_migration_settings", PackageResources.set_migration_settings_sql)

    // Monitor
    static let countRejectionsByReason = embedded(
        "count_rejections_by_reason", PackageResources.count_rejections_by_reason_sql)
    static let inspectRole = embedded("inspect_role", PackageResources.inspect_role_sql)
    static let inspectRights = embedded("inspect_rights", PackageResources.inspect_rights_sql)
    static let inspectUser = embedded("inspect_user", PackageResources.inspect_user_sql)
    static let inspectWindow = embedded("inspect_window", PackageResources.inspect_window_sql)
    static let listAssetRejections = embedded("list_asset_rejections", PackageResources.list_asset_rejections_sql)
    static let listAssetSnapshots = embedded("list_asset_snapshots", PackageResources.list_asset_snapshots_sql)
    static let listMovers = embedded("list_movers", PackageResources.list_movers_sql)
    static let listGrowth = embedded("list_growth", PackageResources.list_growth_sql)
    static let listDrift = embedded("list_drift", PackageResources.list_drift_sql)
    static let listDriftBaselines = embedded("list_drift_baselines", PackageResources.list_drift_baselines_sql)
    static let listIndustries = embedded("list_industries", PackageResources.list_industries_sql)
    static let listRejections = embedded("list_rejections", PackageResources.list_rejections_sql)
    static let pinDriftBaseline = embedded("pin_drift_baseline", PackageResources.pin_drift_baseline_sql)
    static let readAsset = embedded("read_asset", PackageResources.read_asset_sql)
    static let readAssetAsOf = embedded("read_asset_as_of", PackageResources.read_asset_as_of_sql)
    static let readPercentileAt = embedded("read_percentile_at", PackageResources.read_percentile_at_sql)

    // Metrics
    static let listDriftMeasurements = embedded(
        "list_drift_measurements", PackageResources.list_drift_measurements_sql)
    static let listTableSizes = embedded("list_table_sizes", PackageResources.list_table_sizes_sql)
    static let readNewestBatch = embedded("read_newest_batch", PackageResources.read_newest_batch_sql)
    static let readExplanation = embedded("read_explanation", PackageResources.read_explanation_sql)
    static let readIndustry = embedded("read_industry", PackageResources.read_industry_sql)

    // Monitor: the check of the tables
    static let inspectSnapshots = embedded("inspect_snapshots", PackageResources.inspect_snapshots_sql)
    static let inspectSuccession = embedded("inspect_succession", PackageResources.inspect_succession_sql)
    static let inspectTables = embedded("inspect_tables", PackageResources.inspect_tables_sql)
    static let listAcceptedDifferences = embedded(
        "list_accepted_differences", PackageResources.list_accepted_differences_sql)
    static let listBatchContents = embedded("list_batch_contents", PackageResources.list_batch_contents_sql)
    static let listClaimDifferences = embedded("list_claim_differences", PackageResources.list_claim_differences_sql)
    static let listDistributionDifferences = embedded(
        "list_distribution_differences", PackageResources.list_distribution_differences_sql)
    static let listFigureDifferences = embedded("list_figure_differences", PackageResources.list_figure_differences_sql)
    static let listHashedSnapshots = embedded("list_hashed_snapshots", PackageResources.list_hashed_snapshots_sql)
    static let listLedgerDifferences = embedded("list_ledger_differences", PackageResources.list_ledger_differences_sql)
    static let listLostSnapshots = embedded("list_lost_snapshots", PackageResources.list_lost_snapshots_sql)
    static let listPercentileDifferences = embedded(
        "list_percentile_differences", PackageResources.list_percentile_differences_sql)
    static let listRejectedDifferences = embedded(
        "list_rejected_differences", PackageResources.list_rejected_differences_sql)
    static let listScoreDifferences = embedded("list_score_differences", PackageResources.list_score_differences_sql)
    static let listSnapshotDifferences = embedded(
        "list_snapshot_differences", PackageResources.list_snapshot_differences_sql)
    static let listUnknownFigures = embedded("list_unknown_figures", PackageResources.list_unknown_figures_sql)
    static let listUnknownSnapshots = embedded("list_unknown_snapshots", PackageResources.list_unknown_snapshots_sql)
    static let listUnrankedScoreDifferences = embedded(
        "list_unranked_score_differences", PackageResources.list_unranked_score_differences_sql)
    static let listWindowAssetDifferences = embedded(
        "list_window_asset_differences", PackageResources.list_window_asset_differences_sql)
    static let listWindowBatches = embedded("list_window_batches", PackageResources.list_window_batches_sql)
    static let listWindowCountDifferences = embedded(
        "list_window_count_differences", PackageResources.list_window_count_differences_sql)
    static let listWindows = embedded("list_windows", PackageResources.list_windows_sql)
    static let setVerifySettings = embedded("set_verify_settings", PackageResources.set_verify_settings_sql)
    static let summariseLedger = embedded("summarise_ledger", PackageResources.summarise_ledger_sql)

    // Report
    static let countReportRejections = embedded(
        "count_report_rejections", PackageResources.count_report_rejections_sql)
    static let listAlarmedBatches = embedded("list_alarmed_batches", PackageResources.list_alarmed_batches_sql)
    static let listAppliedBatches = embedded("list_applied_batches", PackageResources.list_applied_batches_sql)
    static let listReportBatches = embedded("list_report_batches", PackageResources.list_report_batches_sql)
    static let listReportDrift = embedded("list_report_drift", PackageResources.list_report_drift_sql)
    static let listReportGrowth = embedded("list_report_growth", PackageResources.list_report_growth_sql)
    static let listReportQuantiles = embedded("list_report_quantiles", PackageResources.list_report_quantiles_sql)
    static let sumLedger = embedded("sum_ledger", PackageResources.sum_ledger_sql)

    // Export
    static let exportBatchDistributions = embedded(
        "export_batch_distributions", PackageResources.export_batch_distributions_sql)
    static let exportBatches = embedded("export_batches", PackageResources.export_batches_sql)
    static let exportDistributionSnapshots = embedded(
        "export_distribution_snapshots", PackageResources.export_distribution_snapshots_sql)
    static let exportDriftMeasurements = embedded(
        "export_drift_measurements", PackageResources.export_drift_measurements_sql)
    static let exportTableGrowth = embedded("export_table_growth", PackageResources.export_table_growth_sql)
    static let exportIndustries = embedded("export_industries", PackageResources.export_industries_sql)
    static let exportIndustryAliases = embedded("export_industry_aliases", PackageResources.export_industry_aliases_sql)
    static let exportPercentileSnapshots = embedded(
        "export_percentile_snapshots", PackageResources.export_percentile_snapshots_sql)
    static let exportRejectedAssets = embedded("export_rejected_assets", PackageResources.export_rejected_assets_sql)
    static let exportScores = embedded("export_scores", PackageResources.export_scores_sql)
    static let setExportSettings = embedded("set_export_settings", PackageResources.set_export_settings_sql)

    /// All of them, for the tests that look at each.
    static let all: [Statement] = [
        preferAnyGroups, preferHashedGroups, inspectServer, listLockHolders, limitStatements, requireWritable,
        lockSchema, readSchemaLockHolder, setBatchSettings, claimInferences, emptyStaging, inspectInbox, isStagingEmpty,
        listClaimedInferences, pruneInferences, setSourceSettings, stageAssets, classifyAssets,
        countBatch, countRejections, closeSnapshotPartition, createWindowPercentiles, dropWindowPercentiles,
        fillSnapshotPartition, loadRankedScores, openSnapshotPartition, sumWindowPercentiles, loadWindow,
        ensureSnapshotPartition, insertBatch, insertUnrankedScores, listBatches, listNewestBatchIDs, pruneWindow,
        rescoreAll, measureDistributions, measureGrowth, measureDrift, admitUser, createRoles, grantRights,
        grantWorkTables, inspectRoles, createSchema, createSchemaMigrations, describeSchemaMigrations,
        insertMigration, listMigrations, setMigrationSettings, countRejectionsByReason, inspectRole, inspectRights,
        inspectUser, inspectWindow, listAssetRejections, listAssetSnapshots, listMovers, listGrowth, listDrift,
        listDriftBaselines,
        listIndustries, listRejections, pinDriftBaseline, readAsset, readAssetAsOf, readPercentileAt,
        listDriftMeasurements, listTableSizes, readNewestBatch, readExplanation, readIndustry, inspectSnapshots,
        inspectSuccession, inspectTables, listAcceptedDifferences, listBatchContents, listClaimDifferences,
        listDistributionDifferences,
        listFigureDifferences, listHashedSnapshots, listLedgerDifferences, listLostSnapshots,
        listPercentileDifferences, listRejectedDifferences, listScoreDifferences, listSnapshotDifferences,
        listUnknownFigures, listUnknownSnapshots, listUnrankedScoreDifferences, listWindowAssetDifferences,
        listWindowBatches, listWindowCountDifferences, listWindows, setVerifySettings, summariseLedger,
        countReportRejections, listAlarmedBatches, listAppliedBatches, listReportBatches, listReportDrift,
        listReportGrowth, listReportQuantiles, sumLedger, exportBatchDistributions, exportBatches,
        exportDistributionSnapshots, exportDriftMeasurements, exportTableGrowth, exportIndustries,
        exportIndustryAliases, exportPercentileSnapshots, exportRejectedAssets, exportScores, setExportSettings,
    ]

    private static func embedded(_ name: String, _ bytes: [UInt8]) -> Statement {
        Statement(name: name, sql: String(decoding: bytes, as: UTF8.self))
    }
}
