internal import PostgresClient

/// The flow of one batch, in reading order; to be run inside a transaction.
struct BatchTransaction {
    let session: Session
    let source: BatchSource
    let settings: RunPlan.Settings
    let options: RunOptions
    let interruption: Interruption
    let observer: (any RunObserver)?
    /// From so many rows on, a batch's snapshots get a partition of their own.
    let largeBatch: Int
    /// Whether the partition for the snapshots was made ahead of need.
    let hasPartition: Bool

    /// Another job has applied batches since the plan was made.
    struct LedgerMoved: Error {}
    /// Rows waited in the inbox, and none of them could be claimed.
    struct NothingClaimed: Error {}

    /// What the transaction has to begin with: the job's lock, then a look at the ledger.
    var opening: [Call] {
        session.lockCalls + [
            Call(SQL.listNewestBatchIDs, [max(settings.windowSize - 1, 1)]),
            Call(SQL.isStagingEmpty),
        ]
    }

    /// Applies the batch, as the successor of the batch that the plan saw as the newest.
    ///
    /// - Parameters:
    ///   - newestAppliedID: the newest batch that the plan saw.
    ///   - opened: the rows of `opening`.
    /// - Throws: `JobError`, `PostgresError`, `Interrupted`; `LedgerMoved` or `NothingClaimed` before anything is
    ///   written.
    func apply(after newestAppliedID: Int?, opened: [Rows]) throws -> BatchReport {
        let start = ContinuousClock.now
        let earlierIDs = try readLedger(opened, newestAppliedID)
        observer?.batchStarted(source)
        var report = BatchReport(source: source, status: .applied)

        let content = try stage(&report)
        try classify(&report)
        let counts = try load(earlierIDs, &report)
        try measure(&report, counts, after: newestAppliedID)

        report.seconds = (ContinuousClock.now - start).seconds
        report.contentSHA256 = content.sha256
        try writeLedger(report, content, snapshotChecksum: counts.snapshotChecksum)
        return report
    }

    // MARK: - The steps

    /// Reads the batches that precede this one, the oldest first.
    private func readLedger(_ opened: [Rows], _ newestAppliedID: Int?) throws -> [Int] {
        let rows = opened.suffix(2).map { $0 }
        let newestIDs = try rows[0].map { try $0.get("batch_id", as: Int.self) }
        guard newestIDs.first == newestAppliedID else { throw LedgerMoved() }
        let isEmpty = try rows[1].first?.get("is_empty", as: Bool.self) ?? false
        if !isEmpty { try session.connection.execute(SQL.emptyStaging) }
        return newestIDs.prefix(settings.windowSize - 1).reversed()
    }

    /// Extracts the raw rows and copies them, as they came, into the staging table.
    private func stage(_ report: inout BatchReport) throws -> ContentSummary {
        observer?.stepStarted(.stage)
        var rowCount = 0
        let source = try claimed()
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
                summary = try BatchContent.read(source, check: interruption.check) { chunk in
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

    /// The batch as it can be read: of the inbox, once its rows are claimed.
    private func claimed() throws -> BatchSource {
        guard case .inbox(let inbox) = source.location else { return source }
        guard let claimed = try inbox.claim(for: source, session.connection, check: interruption.check) else {
            throw NothingClaimed()
        }
        return claimed
    }

    /// Moves every staged row to the accepted or the rejected ones.
    private func classify(_ report: inout BatchReport) throws {
        let range = options.scoreRange
        let results = try run(
            .classify,
            [
                session.limitCall, Call(SQL.classifyAssets, [range.lowerBound, range.upperBound]),
                Call(SQL.countRejections, [source.batchID]),
            ])
        report.accepted = results[1].affectedCount
        for row in results[2] {
            let count: Int = try row.get("row_count")
            if let reason: String = try row.getOptional("reason") {
                report.reasons[reason] = count
            } else {
                report.rejected = count
            }
        }
        guard report.accepted + report.rejected == report.read else {
            throw JobError(
                .defect,
                "batch \(source.batchID): \(report.read) rows read, but \(report.accepted) accepted and "
                    + "\(report.rejected) rejected")
        }
        let ratio = Double(report.rejected) / Double(max(report.read, 1))
        guard ratio <= options.maxRejectRatio else {
            throw JobError(
                .dataRefused,
                "Batch \(source.batchID) (\(source.name)) has too many rejected rows: \(report.rejected) of "
                    + "\(report.read), a ratio of \(decimal(ratio, 4)) where \(decimal(options.maxRejectRatio, 4)) is "
                    + "allowed (\(summary(of: report.reasons))).",
                advice: rejectAdvice)
        }
    }

    /// Counts the batch, ranks the window, and loads scores and snapshots; before the window is full, scores without
    /// percentiles.
    private func load(_ earlierIDs: [Int], _ report: inout BatchReport) throws -> LoadCounts {
        report.window = window(earlierIDs)
        let opening = [
            Call(SQL.pruneWindow, [report.window?.first ?? earlierIDs.first ?? source.batchID]),
            Call(SQL.preferHashedGroups), Call(SQL.countBatch, [source.batchID]), Call(SQL.preferAnyGroups),
        ]
        guard let first = report.window?.first else {
            let results = try run(.load, opening + [Call(SQL.insertUnrankedScores, [source.batchID])])
            return try LoadCounts(pruned: results[0], counted: results[2], scores: results.last)
        }
        let ranking: [any PostgresEncodable] = [first, source.batchID, settings.percentileMethod.rawValue]
        let counts: LoadCounts
        if let partition = try openLargePartition(report) {
            counts = try loadLargeWindow(ranking, partition, opening)
        } else {
            let ensure = hasPartition ? [] : [Call(SQL.ensureSnapshotPartition, [source.batchID])]
            let results = try run(.load, opening + ensure + [Call(SQL.loadWindow, ranking)])
            counts = try LoadCounts(
                pruned: results[0], counted: results[2], scores: results.last, snapshots: results.last)
        }
        if options.rescore == .all { try run(.load, [Call(SQL.rescoreAll, ranking)]) }
        report.snapshots = counts.snapshots
        return counts
    }

    /// The table for the snapshots of a large batch, to be attached once it is filled; nil where it is not large, or
    /// where a partition has been made for its number before.
    private func openLargePartition(_ report: BatchReport) throws -> String? {
        guard report.read >= largeBatch else { return nil }
        return try session.connection.executeOne(SQL.openSnapshotPartition, [source.batchID])
            .getOptional("partition_name")
    }

    /// Loads a window that is so large that a table for itself pays: ranked by several processes, indexed when full.
    private func loadLargeWindow(
        _ ranking: [any PostgresEncodable], _ partition: String, _ opening: [Call]
    ) throws -> LoadCounts {
        let name = try session.connection.quoteIdentifier(partition)
        let opened = try run(.load, opening + [Call(SQL.createWindowPercentiles, ranking)])
        let fill = Statement(
            name: SQL.fillSnapshotPartition.name,
            sql: SQL.fillSnapshotPartition.sql.replacing(":\"partition\"", with: name))
        let results = try run(
            .load,
            [
                Call(SQL.sumWindowPercentiles), Call(fill, [source.batchID]),
                Call(SQL.closeSnapshotPartition, [source.batchID]), Call(SQL.loadRankedScores),
                Call(SQL.dropWindowPercentiles),
            ])
        return try LoadCounts(pruned: opened[0], counted: opened[2], scores: results[3], snapshots: results[0])
    }

    /// Measures what the batch has changed: distributions, drift and growth.
    private func measure(_ report: inout BatchReport, _ counts: LoadCounts, after newestAppliedID: Int?) throws {
        if let first = report.window?.first {
            let drift: [any PostgresEncodable] = [
                source.batchID, first, settings.windowSize, options.driftAlpha, options.driftEffect,
            ]
            let results = try run(
                .measure,
                [Call(SQL.measureDistributions, [first, source.batchID]), Call(SQL.measureDrift, drift)])
            let alarms = try results[1].filter { try $0.get("is_alarm") }.map { row in
                let kind = DriftAlarm.Kind(
                    currentCount: try row.get("current_count"),
                    isSudden: try row.get("reference") == "preceding_window",
                    drifted: try row.get("drifted"), isBeyondTrend: try row.getOptional("is_beyond_trend"))
                return DriftAlarm(kind, try row.get("industry"))
            }
            report.alarms = alarms.sorted { $0.industry < $1.industry }
        }
        // The last of them: it counts what the others append.
        let growth: [any PostgresEncodable] = [
            source.batchID, newestAppliedID, counts.newScores, counts.snapshots, counts.distinctScores,
            report.rejected, report.accepted, counts.prunedAssets,
        ]
        try run(.measure, [Call(SQL.measureGrowth, growth)])
    }

    private func writeLedger(_ report: BatchReport, _ content: ContentSummary, snapshotChecksum: String) throws {
        let parameters: [any PostgresEncodable] = [
            source.batchID, source.name, content.sha256, report.read, report.accepted, report.rejected,
            content.byteSize, report.window?.first, settings.windowSize, settings.percentileMethod.rawValue,
            options.rescore.rawValue, options.scoreRange.lowerBound, options.scoreRange.upperBound,
            report.snapshots, snapshotChecksum, report.seconds, JobVersion.current,
        ]
        var calls = [Call(SQL.insertBatch, parameters), Call(SQL.emptyStaging)]
        if case .inbox(let inbox) = source.location { calls.append(Call(SQL.pruneInferences, [inbox.keptBatches])) }
        try run(.ledger, calls)
    }

    // MARK: - Helpers

    /// The window that ends with this batch; nil where too few batches precede it.
    private func window(_ earlierIDs: [Int]) -> [Int]? {
        earlierIDs.count == settings.windowSize - 1 ? earlierIDs + [source.batchID] : nil
    }

    @discardableResult
    private func run(_ step: BatchStep, _ calls: [Call]) throws -> [Rows] {
        try interruption.check()
        observer?.stepStarted(step)
        return try session.connection.executeAll(calls)
    }

    /// Says of a malformed batch which one it is.
    private func withContext<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as JSONRowReaderDefect {
            throw JobError(.defect, "batch \(source.batchID) (\(source.name)): \(error)")
        } catch let error as MalformedBatch {
            throw JobError(
                .dataRefused,
                "Batch \(source.batchID) (\(source.name)) is malformed and was refused whole: \(place(error))",
                advice: advice(malformed: error))
        }
    }

    /// Where in the batch; of rows from SQL the number of the row says it all.
    private func place(_ error: MalformedBatch) -> String {
        guard SourceKind(ledgerName: source.name) != .bytes, let row = error.rowNumber else { return "\(error)" }
        return "row \(row): \(error.reason)"
    }

    private func advice(malformed error: MalformedBatch) -> String {
        switch SourceKind(ledgerName: source.name) {
        case .bytes: "Mend or fetch the file again; nothing of it was kept."
        case .query: "Mend the rows in the source database, or the query; nothing of them was kept."
        case .inbox:
            """
            Nothing was claimed. Delete or mend that row of inference_results: of those that wait (batch_id is null) it \
            is number \(error.rowNumber ?? 1) in the order of inference_id.
            """
        }
    }

    private var rejectAdvice: String {
        let pass = "pass --max-reject-ratio with a higher figure if these rows may be left out."
        guard case .inbox = source.location else { return "Mend the source, or \(pass)" }
        return
            "Nothing was claimed. Delete or mend the rows at fault among those that wait (batch_id is null), or \(pass)"
    }

    private func summary(of reasons: [String: Int]) -> String {
        reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
            .joined(separator: ", ")
    }
}
