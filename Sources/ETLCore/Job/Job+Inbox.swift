internal import PostgresClient

/// A run on the inbox: its batches have no number and no rows until their transaction claims some.
extension Job {
    /// Claims and loads what waits in the inbox, batch by batch: what waited when the run began, not what comes while
    /// it is at work.
    func apply(_ inbox: Inbox, _ progress: inout Progress, _ retries: Retries) throws {
        let wasPlanned = progress.isPlanned
        let plan = try makePlan([], nil, &progress)
        if !wasPlanned { warnOfUnusedNumber(inbox, plan) }
        if settle(plan, &progress) { retries.reset() }
        forgetLost(plan, &progress)
        var firstIDWithoutPartition = Int.min
        while true {
            try interruption.check()
            let waiting = try session.transaction { try Inbox.waiting(session.connection) }
            progress.report.waiting = waiting.rowCount
            guard let source = next(inbox, waiting, &progress) else { break }
            progress.source = source
            try load(source, plan, &progress, &firstIDWithoutPartition)
            progress.vainClaims = 0
            retries.reset()
        }
        progress.source = nil
    }

    private func warnOfUnusedNumber(_ inbox: Inbox, _ plan: RunPlan) {
        guard let first = inbox.firstBatchID, let newest = plan.newestAppliedID, first != newest + 1 else { return }
        session.logger.warning(
            "--batch-id \(first) is for the first batch of an empty ledger; here the next one is \(newest + 1)")
    }

    /// The next batch that is to claim rows; nil where no more of them are due.
    private func next(_ inbox: Inbox, _ waiting: Inbox.Waiting, _ progress: inout Progress) -> BatchSource? {
        let left = min(progress.unclaimed ?? waiting.rowCount, waiting.rowCount)
        progress.unclaimed = left
        guard inbox.isDue(left, waiting) else { return nil }
        return BatchSource(
            batchID: progress.newestAppliedID.map { $0 + 1 } ?? inbox.firstBatchID ?? 0, location: .inbox(inbox),
            format: .jsonArray, byteSize: nil, modifiedAtSeconds: nil,
            expectedRowCount: min(waiting.rowCount, inbox.maximumRows ?? .max))
    }

    /// Claims and loads what waits in the inbox, in one transaction that is rolled back.
    func rehearse(_ inbox: Inbox, _ progress: inout Progress) throws {
        progress = Progress(isPlanned: progress.isPlanned, vainClaims: progress.vainClaims)
        progress.report.dryRun = true
        let plan = try makePlan([], nil, &progress)
        let newestAppliedID = progress.newestAppliedID
        defer { progress.newestAppliedID = newestAppliedID }
        try session.rolledBackTransaction {
            while true {
                let waiting = try Inbox.waiting(session.connection)
                progress.report.waiting = waiting.rowCount
                guard let source = next(inbox, waiting, &progress) else { return }
                try rehearse(source, plan, &progress)
            }
        }
    }

    /// Rows wait, and again and again none of them could be claimed.
    static var cannotClaim: JobError {
        JobError(
            .configuration, "Rows wait in inference_results, but none of them could be claimed.",
            advice: "Row-level security or a trigger of somebody's keeps the job from setting batch_id; remove it.")
    }
}
