internal import PostgresClient

/// How the database stands after its newest batch, for the metrics.
public struct DatabaseFigures: Sendable {
    /// The newest batch of the ledger.
    struct Batch: Sendable {
        var batchID: Int
        var read: Int
        var accepted: Int
        var rejected: Int
        /// Whether more rows were rejected than usual; nil where that cannot be told.
        var rejectsUnusual: Bool?
        /// When it was applied, in seconds since 1970.
        var appliedAt: Double
        /// Rows by reason of their rejection.
        var reasons: [String: Int] = [:]
    }

    /// One row of `drift_measurements`.
    struct Drift: Sendable {
        var industry: String
        var reference: String
        var ksStatistic: Double?
        var ksPValue: Double?
        var psi: Double?
        var psiCriticalValue: Double?
        var wassersteinInSD: Double?
        var meanShiftInSD: Double?
        var mixPValue: Double?
        var drifted: Bool
        var isAlarm: Bool
    }

    /// One row of `table_growth`.
    struct Table: Sendable {
        var name: String
        var rows: Int
        var heapBytes: Int
        var indexBytes: Int
        var toastBytes: Int
        var deadRows: Int?
    }

    /// The newest batch; nil for an empty ledger.
    var newestBatch: Batch?
    /// What was measured at the newest batch.
    var drift: [Drift] = []
    /// The tables after the newest batch.
    var tables: [Table] = []
    /// Rows that wait in the inbox.
    var waitingRows = 0
    /// For how many seconds the oldest of them has waited; nil where none waits.
    var oldestWaitingSeconds: Double?
    /// When the newest batch was applied that the run did not apply itself, in seconds since 1970.
    var appliedBeforeAt: Double?
}

extension Session {
    /// How long the server may take for the figures: it must not keep a run from ending.
    private static let figuresLimit = Duration.seconds(10)

    /// How the database stands after its newest batch.
    ///
    /// - Parameter firstApplied: the first batch that the run applied itself, if any.
    /// - Throws: `JobError`.
    public func figures(firstApplied: Int?) throws -> DatabaseFigures {
        let limit = connection.answerLimit
        connection.answerLimit = Self.figuresLimit
        defer { connection.answerLimit = limit }
        return try reading {
            var figures = DatabaseFigures()
            figures.appliedBeforeAt = try connection.execute(SQL.readNewestBatch, [firstApplied]).first?
                .get("applied_at_seconds")
            let waiting = try Inbox.waiting(connection)
            (figures.waitingRows, figures.oldestWaitingSeconds) = (waiting.rowCount, waiting.oldestSeconds)
            let noBatch: Int? = nil
            guard let row = try connection.execute(SQL.readNewestBatch, [noBatch]).first else { return figures }
            var batch = try DatabaseFigures.Batch(row)
            for row in try connection.execute(SQL.countRejectionsByReason, [batch.batchID, noBatch]) {
                batch.reasons[try row.get("reason")] = try row.get("row_count")
            }
            figures.newestBatch = batch
            figures.drift = try connection.execute(SQL.listDriftMeasurements, [batch.batchID]).map(
                DatabaseFigures.Drift.init)
            figures.tables = try connection.execute(SQL.listTableSizes, [batch.batchID]).map(
                DatabaseFigures.Table.init)
            return figures
        }
    }
}

extension DatabaseFigures.Batch {
    fileprivate init(_ row: Row) throws {
        batchID = try row.get("batch_id")
        read = try row.get("read_count")
        accepted = try row.get("accepted_count")
        rejected = try row.get("rejected_count")
        rejectsUnusual = try row.getOptional("rejects_unusual")
        appliedAt = try row.get("applied_at_seconds")
    }
}

extension DatabaseFigures.Drift {
    fileprivate init(_ row: Row) throws {
        industry = try row.get("industry")
        reference = try row.get("reference")
        ksStatistic = try row.getOptional("ks_statistic")
        ksPValue = try row.getOptional("ks_p_value")
        psi = try row.getOptional("psi")
        psiCriticalValue = try row.getOptional("psi_critical_value")
        wassersteinInSD = try row.getOptional("wasserstein_in_sd")
        meanShiftInSD = try row.getOptional("mean_shift_in_sd")
        mixPValue = try row.getOptional("mix_p_value")
        drifted = try row.get("drifted")
        isAlarm = try row.get("is_alarm")
    }
}

extension DatabaseFigures.Table {
    fileprivate init(_ row: Row) throws {
        name = try row.get("table_name")
        rows = try row.get("row_count")
        heapBytes = try row.get("heap_bytes")
        indexBytes = try row.get("index_bytes")
        toastBytes = try row.get("toast_bytes")
        deadRows = try row.getOptional("dead_rows")
    }
}
