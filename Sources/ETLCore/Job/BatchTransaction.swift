internal import PostgresClient

/// The flow of one batch, in reading order; to be run inside a transaction.
struct BatchTransaction {
    let session: Session
    let source: BatchSource
    let settings: RunPlan.Settings
    let options: RunOptions
    let interruption: Interruption
    let observer: (any RunObserver)?

    /// Up to so many rows, emptying the staging table row by row is faster than truncating it.
    private static let smallBatch = 5_000

    /// Another job has applied batches since the plan was made.
    struct LedgerMoved: Error {}

    /// Applies the batch, as the successor of the batch that the plan saw as the newest.
    ///
    /// - Throws: `JobError`, `PostgresError`, `Interrupted`; `LedgerMoved` before anything is written.
    func apply(after newestAppliedID: Int?) throws -> BatchReport {
        let start = ContinuousClock.now
        let earlierIDs = try lockLedger(newestAppliedID)
        observer?.batchStarted(source)
        var report = BatchReport(source: source, status: .applied)

        let content = try stage(&report)
        try classify(&report)
        try run(.count, SQL.countBatch, [source.batchID])
        let snapshots = try loadScores(window: window(earlierIDs), &report)
        try run(.ledger, SQL.pruneWindow, [report.window?.first ?? earlierIDs.first ?? source.batchID])

        report.seconds = (ContinuousClock.now - start).seconds
        try writeLedger(report, content, snapshotChecksum: snapshots)
        return report
    }

    // MARK: - The steps

    /// Takes the job's lock and reads the batches that precede this one, the oldest first.
    private func lockLedger(_ newestAppliedID: Int?) throws -> [Int] {
        try session.lockSchema()
        let newestIDs = try session.connection.execute(SQL.listNewestBatchIDs, [max(settings.windowSize - 1, 1)])
            .map { try $0.get("batch_id", as: Int.self) }
        guard newestIDs.first == newestAppliedID else { throw LedgerMoved() }
        let isEmpty = try session.connection.executeOne(SQL.isStagingEmpty).get("is_empty", as: Bool.self)
        if !isEmpty { try session.connection.execute(SQL.truncateStaging) }
        return newestIDs.prefix(settings.windowSize - 1).reversed()
    }

    /// Extracts the raw rows and copies them, as they came, into the staging table.
    private func stage(_ report: inout BatchReport) throws -> ContentSummary {
        observer?.stepStarted(.stage)
        var rowCount = 0
        let content = try withContext {
            var summary: ContentSummary?
            try session.connection.copyIn(SQL.stageAssets) { send in
                let reader = JSONRowReader(format: source.format)
                var encoder = StagingEncoder(batchID: source.batchID)
                var byteCount = 0
                func stageRow(_ row: RawRow) throws {
                    rowCount += 1
                    try encoder.append(row, send: send)
                }
                summary = try BatchContent.read(source) { chunk in
                    try interruption.check()
                    try reader.feed(chunk, stageRow)
                    byteCount += chunk.count
                    observer?.rowsStaged(rowCount, bytes: byteCount)
                }
                try reader.finish(stageRow)
                try encoder.finish(send: send)
            }
            return summary
        }
        guard let content else { throw JobError(.defect, "batch \(source.batchID): the source was not read") }
        report.read = rowCount
        guard rowCount > 0 || options.allowsEmpty else {
            throw JobError(
                .dataRefused, "Batch \(source.batchID) (\(source.name)) is empty: 0 rows.",
                advice: "Supply its rows, or pass --allow-empty to apply a batch without any.")
        }
        return content
    }

    /// Moves every staged row to the accepted or the rejected ones.
    private func classify(_ report: inout BatchReport) throws {
        let range = options.scoreRange
        report.rejected = try run(.classify, SQL.rejectAssets, [range.lowerBound, range.upperBound]).affectedCount
        report.accepted = try run(nil, SQL.acceptAssets, [source.batchID]).affectedCount
        guard report.accepted + report.rejected == report.read else {
            throw JobError(
                .defect,
                "batch \(source.batchID): \(report.read) rows read, but \(report.accepted) accepted and "
                    + "\(report.rejected) rejected")
        }
        try run(nil, report.read > Self.smallBatch ? SQL.truncateStaging : SQL.deleteStaged)
        for row in try run(nil, SQL.countRejections, [source.batchID]) {
            report.reasons[try row.get("reason")] = try row.get("row_count")
        }
        let ratio = Double(report.rejected) / Double(max(report.read, 1))
        guard ratio <= options.maxRejectRatio else {
            throw JobError(
                .dataRefused,
                "Batch \(source.batchID) (\(source.name)) has too many rejected rows: \(report.rejected) of "
                    + "\(report.read), a ratio of \(decimal(ratio, 4)) where \(decimal(options.maxRejectRatio, 4)) is "
                    + "allowed (\(summary(of: report.reasons))).",
                advice:
                    "Mend the source, or pass --max-reject-ratio with a higher figure if these rows may be left out.")
        }
    }

    /// Ranks the window and loads scores and snapshots; before the window is full, scores without percentiles.
    ///
    /// - Returns: the checksum of the snapshots.
    private func loadScores(window: [Int]?, _ report: inout BatchReport) throws -> String {
        guard let window, let first = window.first else {
            try run(.load, SQL.insertUnrankedScores, [source.batchID])
            return "0"
        }
        report.window = window
        let method = settings.percentileMethod.rawValue
        try run(.rank, SQL.createWindowPercentiles)
        try run(nil, SQL.rankWindow, [first, source.batchID, method])
        try run(.load, SQL.appendSnapshots, [source.batchID])
        let sums = try session.connection.executeOne(SQL.sumSnapshots)
        report.snapshots = try sums.get("snapshot_count")
        try run(nil, SQL.preferIndexLookups)
        try run(nil, SQL.updateScores)
        try run(nil, SQL.insertScores, [source.batchID])
        try run(nil, SQL.preferHashJoins)
        if options.rescore == .all { try run(nil, SQL.rescoreAll, [first, source.batchID, method]) }
        if options.isDryRun { try run(nil, SQL.emptyWindowPercentiles) }
        return try sums.get("snapshot_checksum")
    }

    private func writeLedger(_ report: BatchReport, _ content: ContentSummary, snapshotChecksum: String) throws {
        let parameters: [any PostgresEncodable] = [
            source.batchID, source.name, content.sha256, report.read, report.accepted, report.rejected,
            content.byteSize, report.window?.first, settings.windowSize, settings.percentileMethod.rawValue,
            options.rescore.rawValue, options.scoreRange.lowerBound, options.scoreRange.upperBound,
            report.snapshots, snapshotChecksum, report.seconds, JobVersion.current,
        ]
        try run(nil, SQL.insertBatch, parameters)
    }

    // MARK: - Helpers

    /// The window that ends with this batch; nil where too few batches precede it.
    private func window(_ earlierIDs: [Int]) -> [Int]? {
        earlierIDs.count == settings.windowSize - 1 ? earlierIDs + [source.batchID] : nil
    }

    @discardableResult
    private func run(
        _ step: BatchStep?, _ statement: Statement, _ parameters: [any PostgresEncodable] = []
    ) throws -> Rows {
        try interruption.check()
        if let step { observer?.stepStarted(step) }
        return try session.connection.execute(statement, parameters)
    }

    /// Says of a malformed batch which one it is.
    private func withContext<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as JSONRowReaderDefect {
            throw JobError(.defect, "batch \(source.batchID) (\(source.name)): \(error)")
        } catch let error as MalformedBatch {
            throw JobError(
                .dataRefused, "Batch \(source.batchID) (\(source.name)) is malformed and was refused whole: \(error)",
                advice: "Mend or fetch the file again; nothing of it was kept.")
        }
    }

    private func summary(of reasons: [String: Int]) -> String {
        reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
            .joined(separator: ", ")
    }
}
