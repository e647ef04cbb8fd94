internal import PostgresClient

/// One full window of the ledger, with its neighbours.
struct LedgerWindow {
    let firstBatchID: Int
    let asOfBatchID: Int
    let precedingAsOf: Int?
    let nextAsOf: Int?
    let nextFirstBatchID: Int?
    /// Accepted rows of its batches together, by the ledger.
    let acceptedCount: Int
    /// Snapshots as of its last batch, and the sum of their hashes, by the ledger.
    let snapshotCount: Int
    let snapshotChecksum: String

    init(_ row: Row) throws {
        firstBatchID = try row.get("first_batch_id")
        asOfBatchID = try row.get("batch_id")
        precedingAsOf = try row.getOptional("preceding_batch_id")
        nextAsOf = try row.getOptional("next_batch_id")
        nextFirstBatchID = try row.getOptional("next_first_batch_id")
        acceptedCount = try row.get("accepted_count")
        snapshotCount = try row.get("snapshot_count")
        snapshotChecksum = try row.get("snapshot_checksum")
    }
}

/// Which of the newest windows still have the snapshots that the ledger counted and summed.
///
/// Where two windows contradict each other, the one that has not is the one that was changed.
struct WindowTrust {
    /// Windows that can be asked for: as many as a window has batches.
    let capacity: Int
    private(set) var newest: LedgerWindow?
    private var intactness: [(asOfBatchID: Int, isIntact: Bool)] = []

    init(capacity: Int) { self.capacity = capacity }

    mutating func note(_ window: LedgerWindow, isIntact: Bool) {
        newest = window
        if intactness.count == capacity { intactness.removeFirst() }
        intactness.append((window.asOfBatchID, isIntact))
    }

    func isIntact(_ asOfBatchID: Int) -> Bool {
        intactness.last { $0.asOfBatchID == asOfBatchID }?.isIntact ?? false
    }
}

extension Verifier {
    private static let pageSize = 100

    /// Every full window: its percentiles, its sums, and what it has in common with the window before.
    func checkWindows(_ ledger: LedgerSummary, _ verification: inout Verification) throws -> WindowTrust {
        var trust = WindowTrust(capacity: max(ledger.windowSize, 1))
        var preceding: CheckedWindow?
        var done = 0
        while true {
            let page = try session.connection.execute(
                SQL.listWindows, [ledger.windowSize, preceding?.window.asOfBatchID ?? -1, Self.pageSize])
            for row in page {
                var checked = try check(LedgerWindow(row), ledger, &verification)
                trust.note(checked.window, isIntact: checked.isIntact)
                try compare(&preceding, &checked, ledger, &verification)
                if !checked.isIntact { try explain(&checked, ledger, &verification) }
                preceding = checked
                done += 1
                onProgress(done, ledger.windowCount)
            }
            if page.count < Self.pageSize { return trust }
        }
    }

    /// The figures of every window's distributions and drift.
    func checkFigures(_ ledger: LedgerSummary, _ verification: inout Verification) throws {
        var precedingAsOf = -1
        while true {
            let page = try session.connection.execute(
                SQL.listWindows, [ledger.windowSize, precedingAsOf, Self.pageSize])
            for row in page {
                let window = try LedgerWindow(row)
                try list(
                    .figures, SQL.listFigureDifferences,
                    [window.firstBatchID, window.asOfBatchID, ledger.windowSize], &verification)
                precedingAsOf = window.asOfBatchID
            }
            if page.count < Self.pageSize { return }
        }
    }

    /// A window whose own snapshots have been looked at.
    private struct CheckedWindow {
        let window: LedgerWindow
        /// Snapshots that there are.
        let snapshotCount: Int
        /// The sum of their hashes.
        let snapshotChecksum: String
        /// Whether they are those that the ledger counted and summed.
        let isIntact: Bool
        /// Whether its differences from its neighbours have been listed.
        var isExplained = false
    }

    /// Recomputes the snapshots of a window and compares their sums with the ledger's.
    private func check(
        _ window: LedgerWindow, _ ledger: LedgerSummary, _ verification: inout Verification
    ) throws -> CheckedWindow {
        let ranking: [any PostgresEncodable] = [window.firstBatchID, window.asOfBatchID, ledger.percentileMethod]
        let sums = try verification.measure(.percentiles) { _ in
            try session.connection.executeOne(SQL.inspectSnapshots, ranking)
        }
        let count: Int = try sums.get("snapshot_count")
        let checksum: String = try sums.get("snapshot_checksum")
        verification[.snapshots].lookedAt += count
        verification[.percentiles].lookedAt += count
        if try sums.get("difference_count", as: Int.self) > 0 {
            try list(.percentiles, SQL.listPercentileDifferences, ranking, &verification)
        }
        let isIntact = count == window.snapshotCount && checksum == window.snapshotChecksum
        if !isIntact {
            let isMiscounted = count != window.snapshotCount
            verification.add(
                Difference(
                    check: .snapshots, batchID: window.asOfBatchID, id: nil,
                    subject: isMiscounted ? "snapshot_count" : "snapshot_checksum",
                    stored: isMiscounted ? "\(window.snapshotCount)" : window.snapshotChecksum,
                    recomputed: isMiscounted ? "\(count)" : checksum))
        } else {
            try checkDistributions(window, ledger, &verification)
        }
        return CheckedWindow(window: window, snapshotCount: count, snapshotChecksum: checksum, isIntact: isIntact)
    }

    /// The distribution of a batch against the snapshots of its own assets, which the ledger vouches for.
    private func checkDistributions(
        _ window: LedgerWindow, _ ledger: LedgerSummary, _ verification: inout Verification
    ) throws {
        let asOf = window.asOfBatchID
        try list(.distributions, SQL.listDistributionDifferences, [asOf, asOf, true], &verification)
        guard asOf == ledger.firstAsOfBatchID else { return }
        // The batches before the first full window have no snapshots of their own; an asset that a later batch of
        // that window scored again is not among those of the earlier one.
        let isWhole = window.acceptedCount == window.snapshotCount
        for row in try session.connection.execute(SQL.listWindowBatches, [window.firstBatchID, asOf - 1]) {
            let batchID: Int = try row.get("batch_id")
            try list(.distributions, SQL.listDistributionDifferences, [batchID, asOf, isWhole], &verification)
        }
    }

    /// Every asset is carried over from a window to the next until its batch leaves or a later one scores it again.
    private func compare(
        _ preceding: inout CheckedWindow?, _ checked: inout CheckedWindow, _ ledger: LedgerSummary,
        _ verification: inout Verification
    ) throws {
        guard var before = preceding else { return }
        let window = checked.window
        let breaks: Int = try verification.measure(.snapshots) { _ in
            try session.connection.executeOne(
                SQL.inspectSuccession, [before.window.asOfBatchID, window.firstBatchID, window.asOfBatchID]
            ).get("difference_count")
        }
        // Where one of the two is not what the ledger summed, that one is explained.
        guard breaks > 0, before.isIntact, checked.isIntact else { return }
        let known = verification[.snapshots].differenceCount
        try explain(&before, ledger, &verification)
        try explain(&checked, ledger, &verification)
        preceding = before
        guard verification[.snapshots].differenceCount == known else { return }
        verification.add(
            Difference(
                check: .snapshots, batchID: window.asOfBatchID, id: nil,
                subject: "assets not carried over from batch \(before.window.asOfBatchID)", stored: "\(breaks)",
                recomputed: "0"))
    }

    /// Names the snapshots of a window that are missing, in excess or of another score, once.
    private func explain(
        _ checked: inout CheckedWindow, _ ledger: LedgerSummary, _ verification: inout Verification
    ) throws {
        guard !checked.isExplained else { return }
        checked.isExplained = true
        let window = checked.window
        let known = verification[.snapshots].differenceCount
        try list(
            .snapshots, SQL.listSnapshotDifferences,
            [
                window.precedingAsOf, window.firstBatchID, window.asOfBatchID, window.nextAsOf,
                window.nextFirstBatchID ?? window.firstBatchID, ledger.percentileMethod,
            ], &verification)
        guard checked.snapshotCount < window.snapshotCount else { return }
        let ranking: [any PostgresEncodable] = [
            ledger.firstAsOfBatchID, window.firstBatchID, window.asOfBatchID, ledger.percentileMethod,
        ]
        try list(.snapshots, SQL.listLostSnapshots, ranking, &verification)
        guard verification[.snapshots].differenceCount == known,
            checked.snapshotCount == window.snapshotCount - 1
        else { return }
        let checksums = [window.snapshotChecksum, checked.snapshotChecksum]
        try list(.snapshots, SQL.listHashedSnapshots, ranking + checksums, &verification)
    }
}
