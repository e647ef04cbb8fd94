internal import PostgresClient

/// Checks the tables against each other, from one snapshot of the database and without changing anything.
///
/// Window by window, so that neither the job's memory nor a statement grows with the history; `scores` alone is
/// compared with all snapshots in one statement, by a sort on the server.
public struct Verifier {
    let session: Session
    /// Differences of a check that are listed at most; all are counted.
    let limit: Int
    /// Told after each window how many are done, and of how many.
    let onProgress: (Int, Int) -> Void

    /// Makes a verifier for an open session.
    public init(session: Session, limit: Int = 20, onProgress: @escaping (Int, Int) -> Void = { _, _ in }) {
        self.session = session
        self.limit = limit
        self.onProgress = onProgress
    }

    /// Checks everything.
    ///
    /// - Parameter sources: raw batches whose bytes are compared with the ledger's hashes; nil to leave that out.
    /// - Throws: `JobError` where the database fails or a file cannot be read; `Interrupted`.
    public func verify(sources: [BatchSource]? = nil) throws -> Verification {
        do {
            var verification = try session.withoutAnswerLimit {
                try session.reading {
                    try session.connection.execute(SQL.setVerifySettings)
                    return try verifyTables()
                }
            }
            if let sources { try checkSources(sources, &verification) }
            return verification
        } catch {
            // A statement that was cancelled for a signal is no failure of the database.
            try session.interruption.check()
            throw error
        }
    }

    private func verifyTables() throws -> Verification {
        var verification = Verification(limit: limit)
        for check in Check.allCases where check != .sources { verification[check] = CheckResult(check) }
        let tables = try session.connection.executeOne(SQL.inspectTables)
        verification[.distributions].lookedAt = try tables.get("distribution_count")
        verification[.rejections].lookedAt = try tables.get("rejected_count")
        verification[.scores].lookedAt = try tables.get("score_count")
        verification[.scores].nullCount = try tables.get("null_count")
        verification[.window].lookedAt = try tables.get("window_asset_count")
        verification[.inbox].lookedAt = try tables.get("claimed_count")

        let ledger = try LedgerSummary(session.connection.executeOne(SQL.summariseLedger))
        verification.batchCount = ledger.batchCount
        verification[.ledger].lookedAt = ledger.batchCount
        try checkLedger(ledger, &verification)
        let trust = try checkWindows(ledger, &verification)
        // Of counts that are wrong there is nothing to be computed; they are named already.
        if verification[.distributions].agrees && verification[.percentiles].agrees {
            verification[.figures].lookedAt = try tables.get("figure_count")
            try checkFigures(ledger, &verification)
        }
        try checkScores(ledger, &verification)
        try checkWindowAssets(ledger, trust, isStandby: tables.get("is_standby"), &verification)
        return verification
    }

    /// The ledger within itself, and the counts of other tables against it.
    private func checkLedger(_ ledger: LedgerSummary, _ verification: inout Verification) throws {
        let size = ledger.windowSize
        try list(.ledger, SQL.listLedgerDifferences, [size, ledger.percentileMethod], &verification)
        try list(.distributions, SQL.listAcceptedDifferences, [], &verification)
        try list(.rejections, SQL.listRejectedDifferences, [], &verification)
        try list(.snapshots, SQL.listUnknownSnapshots, [size], &verification)
        try list(.figures, SQL.listUnknownFigures, [size], &verification)
        try list(.inbox, SQL.listClaimDifferences, [], &verification)
    }

    /// Every row of `scores` against the latest snapshot of its asset.
    private func checkScores(_ ledger: LedgerSummary, _ verification: inout Verification) throws {
        if ledger.windowCount == 0 {
            try list(.scores, SQL.listUnrankedScoreDifferences, [], &verification)
        } else {
            try list(
                .scores, SQL.listScoreDifferences,
                [ledger.rescoredBatchID, ledger.rescoredFirstBatchID, ledger.percentileMethod], &verification)
        }
    }

    /// The assets in hand against the distributions, and against the snapshots that can be trusted.
    private func checkWindowAssets(
        _ ledger: LedgerSummary, _ trust: WindowTrust, isStandby: Bool, _ verification: inout Verification
    ) throws {
        try list(.window, SQL.listWindowCountDifferences, [ledger.windowSize], &verification)
        if let firstAsOf = ledger.firstAsOfBatchID, let newest = trust.newest {
            for row in try session.connection.execute(
                SQL.listWindowBatches, [newest.firstBatchID, newest.asOfBatchID])
            {
                let batchID: Int = try row.get("batch_id")
                let asOf = max(batchID, firstAsOf)
                guard trust.isIntact(asOf) else { continue }
                try list(.window, SQL.listWindowAssetDifferences, [batchID, asOf], &verification)
            }
        }
        guard !isStandby, try !session.connection.executeOne(SQL.isStagingEmpty).get("is_empty", as: Bool.self)
        else { return }
        verification.add(
            Difference(
                check: .window, batchID: nil, id: nil, subject: "staging_assets", stored: "rows", recomputed: "no row"))
    }

    /// Runs a statement that lists differences; its last parameter is how many at most.
    @discardableResult
    func list(
        _ check: Check, _ statement: Statement, _ parameters: [any PostgresEncodable],
        _ verification: inout Verification
    ) throws -> Int {
        try verification.measure(check) { verification in
            // At least one row, for the number of all stands in it.
            try verification.add(check, session.connection.execute(statement, parameters + [max(limit, 1)]))
        }
    }
}

/// What holds for the whole ledger.
struct LedgerSummary {
    let batchCount: Int
    let windowCount: Int
    let windowSize: Int
    let percentileMethod: String
    /// The first batch whose window was full; nil where none was.
    let firstAsOfBatchID: Int?
    /// The newest batch that re-expressed every asset, and the first of its window.
    let rescoredBatchID: Int?
    let rescoredFirstBatchID: Int?

    init(_ row: Row) throws {
        batchCount = try row.get("batch_count")
        windowCount = try row.get("window_count")
        windowSize = try row.getOptional("window_size") ?? 1
        percentileMethod = try row.getOptional("percentile_method") ?? ""
        firstAsOfBatchID = try row.getOptional("first_as_of_batch_id")
        rescoredBatchID = try row.getOptional("rescored_batch_id")
        rescoredFirstBatchID = try row.getOptional("rescored_first_batch_id")
    }
}
