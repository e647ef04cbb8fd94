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
    struct Progress {
        var report = RunReport()
        /// The newest batch of the ledger, as far as is known; nil for an empty ledger.
        var newestAppliedID: Int?
        /// Whether the ledger has been read at all.
        var hasLedger = false
        /// The batch in hand.
        var source: BatchSource?
        /// The batch in hand, read from its source database and kept.
        var kept: BatchSource?
        /// A batch whose COMMIT got no answer.
        var doubt: BatchReport?
        var isPlanned = false
        /// Rows of the inbox that waited when the run began and that no batch of it has claimed; nil before it looked.
        var unclaimed: Int?
        /// How often in a row nothing could be claimed, though rows waited.
        var vainClaims = 0
    }

    /// Loads what is new; what was applied before is skipped.
    ///
    /// - Parameter sources: the raw batches, in the order of their numbers.
    /// - Throws: `JobError`, or `Interrupted`. Batches applied before the failure stay applied.
    public func run(_ sources: [BatchSource]) throws -> RunReport { try run(.batches(sources)) }

    /// Loads what is new; what was applied before is skipped.
    ///
    /// - Throws: `JobError`, or `Interrupted`. Batches applied before the failure stay applied.
    public func run(_ input: RunInput) throws -> RunReport {
        let work = try work(input)
        var progress = Progress()
        let retries = Retries(for: session.limits.retryFor)
        do {
            try session.persistently(retries) {
                var isDone = false
                while !isDone {
                    do {
                        try attempt(work, &progress, retries)
                        isDone = true
                    } catch is BatchTransaction.LedgerMoved {
                        // Another job was faster: what it applied is compared and skipped.
                    } catch is BatchTransaction.NothingClaimed {
                        // Another job was faster, or somebody took the rows away: look again.
                        progress.vainClaims += 1
                        guard progress.vainClaims < 3 else { throw Self.cannotClaim }
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

    /// What is to be loaded, made ready to be read again and again.
    private enum Work {
        case batches([BatchSource], SourceReader?)
        case inbox(Inbox)
    }

    private func work(_ input: RunInput) throws -> Work {
        switch input {
        case .batches(let sources):
            return .batches(try sources.map { try $0.spooled(check: interruption.check) }, nil)
        case .query(let query):
            let reader = SourceReader(
                query, limits: session.limits, interruption: interruption, logger: session.logger)
            return .batches(try reader.batches(), reader)
        case .inbox(let inbox):
            return .inbox(inbox)
        }
    }

    private func attempt(_ work: Work, _ progress: inout Progress, _ retries: Retries) throws {
        switch (work, options.isDryRun) {
        case (.batches(let sources, let reader), true): try rehearse(sources, reader, &progress)
        case (.batches(let sources, let reader), false): try apply(sources, reader, &progress, retries)
        case (.inbox(let inbox), true): try rehearse(inbox, &progress)
        case (.inbox(let inbox), false): try apply(inbox, &progress, retries)
        }
    }

    private func apply(
        _ sources: [BatchSource], _ reader: SourceReader?, _ progress: inout Progress, _ retries: Retries
    ) throws {
        let plan = try makePlan(sources, reader, &progress)
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
            let source = try kept(source, reader, &progress)
            try load(source, plan, &progress, &firstIDWithoutPartition)
            retries.reset()
        }
        (progress.source, progress.kept) = (nil, nil)
    }

    /// Loads one batch in its transaction.
    func load(
        _ source: BatchSource, _ plan: RunPlan, _ progress: inout Progress, _ firstIDWithoutPartition: inout Int
    ) throws {
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
    }

    /// The batch as it can be read: read from its source database where it has one, once, before any transaction.
    private func kept(_ source: BatchSource, _ reader: SourceReader?, _ progress: inout Progress) throws -> BatchSource
    {
        guard let reader else { return source }
        if let kept = progress.kept, kept.batchID == source.batchID { return kept }
        let kept = try reader.read(source)
        progress.kept = kept
        return kept
    }

    /// Does everything in one transaction that is rolled back.
    private func rehearse(_ sources: [BatchSource], _ reader: SourceReader?, _ progress: inout Progress) throws {
        progress = Progress(isPlanned: progress.isPlanned)
        progress.report.dryRun = true
        let plan = try makePlan(sources, reader, &progress)
        for source in plan.skipped { progress.report.add(BatchReport(source: source, status: .skipped)) }
        guard !plan.pending.isEmpty else { return }
        // A slow source must not keep the transaction, and its lock, open.
        let pending = try plan.pending.map { source in
            progress.source = source
            return try reader?.read(source) ?? source
        }
        let newestAppliedID = progress.newestAppliedID
        defer { progress.newestAppliedID = newestAppliedID }
        try session.rolledBackTransaction {
            for source in pending { try rehearse(source, plan, &progress) }
        }
    }

    func rehearse(_ source: BatchSource, _ plan: RunPlan, _ progress: inout Progress) throws {
        progress.source = source
        let transaction = transaction(source, plan, hasPartition: false)
        let batch = try transaction.apply(
            after: progress.newestAppliedID, opened: try session.connection.executeAll(transaction.opening))
        finish(batch, &progress)
    }

    private func finish(_ batch: BatchReport, _ progress: inout Progress) {
        progress.report.add(batch)
        if let unclaimed = progress.unclaimed {
            progress.unclaimed = max(unclaimed - batch.read, 0)
            progress.report.waiting = progress.report.waiting.map { max($0 - batch.read, 0) }
        }
        progress.newestAppliedID = max(progress.newestAppliedID ?? batch.batchID, batch.batchID)
        observer?.batchFinished(batch)
    }

    /// Decides what became of a commit in doubt: the ledger, read under the job's lock, has the batch or lacks it.
    ///
    /// - Returns: whether it has one that was in doubt.
    func settle(_ plan: RunPlan, _ progress: inout Progress) -> Bool {
        guard let batch = progress.doubt else { return false }
        progress.doubt = nil
        // Another job may have applied other rows under this number.
        let isApplied =
            plan.appliedDigests[batch.batchID].map { $0 == batch.contentSHA256 } ?? false
        session.logger.info(
            "batch \(batch.batchID) \(isApplied ? "had been committed" : "had not been committed") when its answer was lost"
        )
        if isApplied { finish(batch, &progress) }
        return isApplied
    }

    /// Takes back what the report says of batches that the ledger no longer has: they were committed on a server that
    /// failed before it had sent them to the one that took over.
    func forgetLost(_ plan: RunPlan, _ progress: inout Progress) {
        func isLost(_ batch: BatchReport) -> Bool { plan.appliedDigests[batch.batchID] == nil }
        let lost = progress.report.batches.filter(isLost)
        guard let first = lost.first?.batchID else { return }
        // The rows of the inbox that they had claimed wait again.
        progress.unclaimed = progress.unclaimed.map { $0 + lost.map(\.read).reduce(0, +) }
        session.logger.warning(
            "the server that took over lacks what was applied from batch \(first) on: it is loaded again",
            metadata: ["batches": .stringConvertible(lost.count)])
        progress.report.remove(where: isLost)
    }

    func makePlan(
        _ sources: [BatchSource], _ reader: SourceReader?, _ progress: inout Progress
    ) throws -> RunPlan {
        // While the lock is held, no commit is under way that could change the answer.
        let lock = progress.doubt == nil ? [] : session.lockCalls
        let ledger = try session.transaction(opening: lock) { _ in try session.readLedger() }
        let plan = try RunPlan.make(
            sources: sources, ledger: ledger, options: options,
            summarise: { source in
                try BatchContent.summarise(reader?.read(source) ?? source, check: interruption.check)
            })
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
        if let count = source.expectedRowCount { return count >= largeBatch }
        // A row with an id, a score and an industry has at least some fifty bytes.
        return source.byteSize.map { $0 / 50 >= largeBatch } ?? true
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
