internal import Logging
internal import PostgresClient

/// A run: what is new under a path is loaded, batch by batch, each in one transaction.
///
/// What fails for a passing reason is tried again on a fresh connection, for as long as the session's limits say. A
/// commit whose answer was lost is never repeated blindly: the ledger decides, read while the job's lock is held.
public struct Job {
    let session: Session
    let options: RunOptions
    let observer: (any RunObserver)?
    /// From so many rows on, a batch's snapshots get a partition of their own.
    var largeBatch = 100_000

    var interruption: Interruption { session.interruption }

    /// Makes a run on an open session, whose limits and interruption are the run's too.
    public init(session: Session, options: RunOptions, observer: (any RunObserver)? = nil) {
        self.session = session
        self.options = options
        self.observer = observer
    }

    /// How far a run has come, whatever became of its connections.
    private struct Progress {
        var report = RunReport()
        /// The newest batch of the ledger, as far as is known; nil for an empty ledger.
        var newestAppliedID: Int?
        /// Whether the ledger has been read at all.
        var hasLedger = false
        /// The batch in hand.
        var source: BatchSource?
        /// A batch whose COMMIT got no answer.
        var doubt: BatchReport?
        var isPlanned = false
    }

    /// Loads what is new; what was applied before is skipped.
    ///
    /// - Parameter sources: the raw batches, in the order of their numbers.
    /// - Throws: `JobError`, or `Interrupted`. Batches applied before the failure stay applied.
    public func run(_ sources: [BatchSource]) throws -> RunReport {
        let sources = try sources.map { try $0.spooled(check: interruption.check) }
        var progress = Progress()
        let retries = Retries(for: session.limits.retryFor)
        do {
            try session.persistently(retries) {
                var isDone = false
                while !isDone {
                    do {
                        if options.isDryRun {
                            try rehearse(sources, &progress)
                        } else {
                            try apply(sources, &progress, retries)
                        }
                        isDone = true
                    } catch is BatchTransaction.LedgerMoved {
                        // Another job was faster: what it applied is compared and skipped.
                    }
                }
            }
            return progress.report
        } catch let interrupted as Interrupted {
            throw Interrupted(
                signal: interrupted.signal, isInDoubt: progress.doubt != nil, ledger: ledgerSentence(progress))
        } catch let error as PostgresError {
            throw explained(error, progress)
        }
    }

    private func apply(_ sources: [BatchSource], _ progress: inout Progress, _ retries: Retries) throws {
        let plan = try makePlan(sources, &progress)
        // What has come through after all is as good as an answer.
        if settle(plan, &progress) { retries.reset() }
        forgetLost(plan, &progress)
        // After another plan, what this run applied or skipped itself is in the report already.
        let reported = Set(progress.report.batches.map(\.batchID))
        for source in plan.skipped where !reported.contains(source.batchID) {
            progress.report.add(BatchReport(source: source, status: .skipped))
        }
        var firstIDWithoutPartition = Int.min
        for source in plan.pending {
            try interruption.check()
            progress.source = source
            if source.batchID >= firstIDWithoutPartition, !mayBeLarge(source) {
                firstIDWithoutPartition = try ensurePartition(source)
            }
            let transaction = transaction(source, plan, hasPartition: source.batchID < firstIDWithoutPartition)
            var batch: BatchReport?
            do {
                batch = try session.transaction(opening: transaction.opening) { opened in
                    batch = try transaction.apply(after: progress.newestAppliedID, opened: opened)
                    return batch
                }
            } catch let error as PostgresError where error.isCommitInDoubt {
                progress.doubt = batch
                throw error
            }
            if let batch { finish(batch, &progress) }
            retries.reset()
        }
        progress.source = nil
    }

    /// Does everything in one transaction that is rolled back.
    private func rehearse(_ sources: [BatchSource], _ progress: inout Progress) throws {
        progress = Progress(isPlanned: progress.isPlanned)
        progress.report.dryRun = true
        let plan = try makePlan(sources, &progress)
        for source in plan.skipped { progress.report.add(BatchReport(source: source, status: .skipped)) }
        guard !plan.pending.isEmpty else { return }
        let newestAppliedID = progress.newestAppliedID
        defer { progress.newestAppliedID = newestAppliedID }
        try session.rolledBackTransaction {
            for source in plan.pending {
                progress.source = source
                let transaction = transaction(source, plan, hasPartition: false)
                let batch = try transaction.apply(
                    after: progress.newestAppliedID, opened: try session.connection.executeAll(transaction.opening))
                finish(batch, &progress)
            }
        }
    }

    private func finish(_ batch: BatchReport, _ progress: inout Progress) {
        progress.report.add(batch)
        progress.newestAppliedID = batch.batchID
        observer?.batchFinished(batch)
    }

    /// Decides what became of a commit in doubt: the ledger, read under the job's lock, has the batch or lacks it.
    ///
    /// - Returns: whether it has one that was in doubt.
    private func settle(_ plan: RunPlan, _ progress: inout Progress) -> Bool {
        guard let batch = progress.doubt else { return false }
        progress.doubt = nil
        let isApplied = plan.skipped.contains { $0.batchID == batch.batchID }
        session.logger.info(
            "batch \(batch.batchID) \(isApplied ? "had been committed" : "had not been committed") when its answer was lost"
        )
        if isApplied {
            progress.report.add(batch)
            observer?.batchFinished(batch)
        }
        return isApplied
    }

    /// Takes back what the report says of batches that the ledger no longer has: they were committed on a server that
    /// failed before it had sent them to the one that took over.
    private func forgetLost(_ plan: RunPlan, _ progress: inout Progress) {
        let pending = Set(plan.pending.map(\.batchID))
        let lost = progress.report.batches.map(\.batchID).filter(pending.contains)
        guard let first = lost.first else { return }
        session.logger.warning(
            "the server that took over lacks what was applied from batch \(first) on: it is loaded again",
            metadata: ["batches": "\(lost.count)"])
        progress.report.remove { pending.contains($0.batchID) }
    }

    private func makePlan(_ sources: [BatchSource], _ progress: inout Progress) throws -> RunPlan {
        // While the lock is held, no commit is under way that could change the answer.
        let lock = progress.doubt == nil ? [] : session.lockCalls
        let ledger = try session.transaction(opening: lock) { _ in try session.readLedger() }
        let plan = try RunPlan.make(
            sources: sources, ledger: ledger, options: options,
            summarise: { source in try BatchContent.summarise(source, check: interruption.check) })
        (progress.newestAppliedID, progress.hasLedger) = (plan.newestAppliedID, true)
        if !progress.isPlanned {
            observer?.runPlanned(pending: plan.pending.count, skipped: plan.skipped.count)
            progress.isPlanned = true
        }
        return plan
    }

    // MARK: - Failures

    /// Says of a database error which batch was in hand, who was in the way, and where the ledger stands.
    private func explained(_ error: PostgresError, _ progress: Progress) -> JobError {
        let task = progress.source.map { "batch \($0.batchID) (\($0.name))" } ?? "reading the ledger"
        var failure =
            session.lockFailure(error, during: task) ?? JobError(error, during: task, wasReached: true)
        let wasRetried =
            error.isRetryable || error.isCommitInDoubt || error.isUnreachable || error.kind == .cannotConnect
        if wasRetried, session.limits.retryFor > .zero {
            failure.message += "\nTried again for \(decimal(session.limits.retryFor.seconds, 0)) s in vain."
        }
        if let sentence = ledgerSentence(progress) { failure.message += "\n\(sentence)" }
        return failure
    }

    private func ledgerSentence(_ progress: Progress) -> String? {
        if let batch = progress.doubt {
            return "Whether batch \(batch.batchID) was committed is not known; the next run finds it in the ledger."
        }
        guard progress.hasLedger, !options.isDryRun else { return nil }
        return progress.newestAppliedID.map { "The ledger's newest batch is \($0)." } ?? "The ledger is empty."
    }

    // MARK: - Helpers

    private func transaction(_ source: BatchSource, _ plan: RunPlan, hasPartition: Bool) -> BatchTransaction {
        BatchTransaction(
            session: session, source: source, settings: plan.settings, options: options, interruption: interruption,
            observer: observer, largeBatch: largeBatch, hasPartition: hasPartition)
    }

    /// Whether a source may hold so many rows that its snapshots get a partition of their own.
    private func mayBeLarge(_ source: BatchSource) -> Bool {
        // A row with an id, a score and an industry has at least some fifty bytes.
        source.byteSize.map { $0 / 50 >= largeBatch } ?? true
    }

    /// Makes the partition ahead of need, in a short transaction of its own.
    ///
    /// - Returns: the first batch beyond the partition.
    private func ensurePartition(_ source: BatchSource) throws -> Int {
        let ensure = Call(SQL.ensureSnapshotPartition, [source.batchID])
        return try session.transaction(opening: session.lockCalls + [ensure]) { rows in
            guard let row = rows.last?.first else {
                throw JobError(.defect, "no partition for batch \(source.batchID)")
            }
            return try row.get("first_batch_id_beyond")
        }
    }
}
