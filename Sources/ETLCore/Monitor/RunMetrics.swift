/// What a run tells Prometheus: how the run ended, and how the database stands.
struct RunMetrics: Sendable {
    /// Name of the database; empty where it is not known.
    var database: String
    /// Name of the schema.
    var schema: String
    /// When the run ended, in seconds since 1970.
    var finishedAt: Double
    /// How long it took, in seconds.
    var seconds: Double
    /// The code that it exits with.
    var exitCode: Int32
    /// When a run last ended well, in seconds since 1970; nil where that is not known.
    var lastSuccessAt: Double?
    /// What the run applied.
    var applied = RunReport.Totals()
    /// Alarms of drift at the batches that it applied.
    var driftAlarms = 0
    /// How the database stands; nil where it could not be asked.
    var figures: DatabaseFigures?
    /// How large the tables may become, in bytes; nil where nobody said.
    var growthLimit: Int?

    /// The whole file, in Prometheus' text format; the order is always the same.
    var text: String { (runMetrics + inboxMetrics + batchMetrics + driftMetrics + tableMetrics).map(\.text).joined() }

    private var common: [Metric.Label] { [("database", database), ("schema", schema)] }

    private func gauge(_ name: String, _ help: String, _ value: Double?, _ labels: [Metric.Label] = []) -> Metric {
        var metric = Metric("etl_job_\(name)", help)
        metric.add(value, common + labels)
        return metric
    }

    private var runMetrics: [Metric] {
        [
            gauge(
                "build_info", "Version of etl-job that wrote this file; the value is always 1.", 1,
                [("version", JobVersion.current)]),
            gauge("last_run_timestamp_seconds", "When the last run ended, in seconds since 1970.", rounded(finishedAt)),
            gauge("last_run_duration_seconds", "How long the last run took.", seconds),
            gauge("last_run_success", "Whether the last run ended well: 1 for yes, 0 for no.", exitCode == 0 ? 1 : 0),
            gauge(
                "last_run_exit_code", "Exit code of the last run; etl-job --help says what each means.",
                Double(exitCode)),
            gauge(
                "last_success_timestamp_seconds",
                "When a run last ended well, also one that found nothing new, in seconds since 1970.",
                lastSuccessAt.map(rounded)),
            gauge("last_run_batches", "Batches that the last run applied.", Double(applied.applied)),
            gauge(
                "last_run_rows_read", "Rows that the last run read, of the batches that it applied.",
                Double(applied.read)),
            gauge("last_run_rows_accepted", "Rows of these that were accepted.", Double(applied.accepted)),
            gauge("last_run_rows_rejected", "Rows of these that were rejected.", Double(applied.rejected)),
            gauge(
                "last_run_drift_alarms",
                "Drift that calls for a look at the batches that the last run applied, each industry of a batch counted.",
                Double(driftAlarms)),
        ]
    }

    private var inboxMetrics: [Metric] {
        guard let figures else { return [] }
        return [
            gauge(
                "inbox_waiting_rows", "Rows that wait in inference_results for a run --from-inbox.",
                Double(figures.waitingRows)),
            gauge(
                "inbox_oldest_waiting_seconds", "For how long the oldest of them has waited; 0 where none waits.",
                figures.oldestWaitingSeconds ?? 0),
        ]
    }

    private var batchMetrics: [Metric] {
        guard let batch = figures?.newestBatch else { return [] }
        var reasons = Metric(
            "etl_job_newest_batch_rejections",
            "Rows of the newest batch rejected for a reason; a row with several reasons counts for each.")
        for reason in RejectReason.allCases.map(\.rawValue) {
            reasons.add(Double(batch.reasons[reason] ?? 0), common + [("reason", reason)])
        }
        return [
            gauge("newest_batch_id", "Number of the newest batch in the ledger.", Double(batch.batchID)),
            gauge(
                "newest_batch_applied_timestamp_seconds", "When it was applied, in seconds since 1970.",
                rounded(batch.appliedAt)),
            gauge("newest_batch_rows_read", "Rows of the newest batch.", Double(batch.read)),
            gauge("newest_batch_rows_accepted", "Rows of the newest batch that were accepted.", Double(batch.accepted)),
            gauge("newest_batch_rows_rejected", "Rows of the newest batch that were rejected.", Double(batch.rejected)),
            gauge(
                "newest_batch_rejects_unusual",
                "Whether it has more rejected rows than usual, by the batches before it: 1 for yes, 0 for no.",
                batch.rejectsUnusual.map { $0 ? 1 : 0 }),
            reasons,
        ]
    }

    private var driftMetrics: [Metric] {
        guard let figures, !figures.drift.isEmpty else { return [] }
        func metric(_ name: String, _ help: String, _ value: (DatabaseFigures.Drift) -> Double?) -> Metric {
            var metric = Metric("etl_job_drift_\(name)", help)
            for row in figures.drift {
                metric.add(value(row), common + [("industry", row.industry), ("reference", row.reference)])
            }
            return metric
        }
        return [
            metric("alarm", "Whether the newest batch's drift calls for a look: 1 for yes, 0 for no.") {
                $0.isAlarm ? 1 : 0
            },
            metric("detected", "Whether the newest batch drifted from the reference: 1 for yes, 0 for no.") {
                $0.drifted ? 1 : 0
            },
            metric("ks_statistic", "Two-sample Kolmogorov-Smirnov statistic against the reference.", \.ksStatistic),
            metric("ks_p_value", "Probability of at least this statistic without drift.", \.ksPValue),
            metric("psi", "Population stability index against the reference.", \.psi),
            metric("psi_critical_value", "What the index seldom exceeds without drift.", \.psiCriticalValue),
            metric(
                "wasserstein_standard_deviations",
                "Wasserstein distance from the reference, in its standard deviations.", \.wassersteinInSD),
            metric(
                "mean_shift_standard_deviations", "Mean less that of the reference, in its standard deviations.",
                \.meanShiftInSD),
            metric(
                "mix_p_value", "Probability of at least this change of the industries' shares by chance.", \.mixPValue),
        ]
    }

    private var tableMetrics: [Metric] {
        let limit = gauge(
            "growth_limit_bytes", "How large the tables together may become: --growth-limit.",
            growthLimit.map(Double.init))
        guard let figures, !figures.tables.isEmpty else { return [limit] }
        var sizes = Metric(
            "etl_job_table_size_bytes",
            "Size of a table after the newest batch, its partitions included, by part: heap, index or toast.")
        var rows = Metric("etl_job_table_rows", "Rows of a table after the newest batch.")
        var deadRows = Metric(
            "etl_job_table_dead_rows", "Rows that vacuum has yet to remove, by the server's statistics.")
        for table in figures.tables {
            let labels = common + [("table", table.name)]
            sizes.add(Double(table.heapBytes), labels + [("part", "heap")])
            sizes.add(Double(table.indexBytes), labels + [("part", "index")])
            sizes.add(Double(table.toastBytes), labels + [("part", "toast")])
            rows.add(Double(table.rows), labels)
            deadRows.add(table.deadRows.map(Double.init), labels)
        }
        return [sizes, rows, deadRows, limit]
    }

    /// To the millisecond.
    private func rounded(_ time: Double) -> Double { (time * 1000).rounded() / 1000 }
}
