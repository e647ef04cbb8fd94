internal import Logging
internal import PostgresClient

/// A run: what is new under a path is loaded, batch by batch, each in one transaction.
public struct Job {
    let session: Session
    let options: RunOptions
    let interruption: Interruption
    let observer: (any RunObserver)?
    /// From so many rows on, a batch's snapshots get a partition of their own.
    var largeBatch = 100_000

    /// Makes a run on an open session.
    public init(
        session: Session, options: RunOptions, interruption: Interruption = Interruption(),
        observer: (any RunObserver)? = nil
    ) {
        self.session = session
        self.options = options
        self.interruption = interruption
        self.observer = observer
    }

    /// Loads what is new; what was applied before is skipped.
    ///
    /// - Parameter sources: the raw batches, in the order of their numbers.
    /// - Throws: `JobError`, or `Interrupted`. Batches applied before the failure stay applied.
    public func run(_ sources: [BatchSource]) throws -> RunReport {
        do {
            try interruption.watch(session.connection)
            return options.isDryRun ? try rehearse(sources) : try apply(sources)
        } catch let error as PostgresError {
            try interruption.check()
            throw JobError(error)
        }
    }

    private func apply(_ sources: [BatchSource]) throws -> RunReport {
        var report = RunReport()
        var plan = try makePlan(sources)
        observer?.runPlanned(pending: plan.pending.count, skipped: plan.skipped.count)
        while true {
            do {
                // After another plan, what this run applied or skipped itself is in the report already.
                let reported = Set(report.batches.map(\.batchID))
                for source in plan.skipped where !reported.contains(source.batchID) {
                    report.add(BatchReport(source: source, status: .skipped))
                }
                var newestAppliedID = plan.newestAppliedID
                var firstIDWithoutPartition = Int.min
                for source in plan.pending {
                    try interruption.check()
                    try during(source) {
                        if source.batchID >= firstIDWithoutPartition, !mayBeLarge(source) {
                            firstIDWithoutPartition = try ensurePartition(source)
                        }
                        let hasPartition = source.batchID < firstIDWithoutPartition
                        let transaction = transaction(source, plan, hasPartition: hasPartition)
                        let batch = try session.transaction(opening: transaction.opening) { opened in
                            try transaction.apply(after: newestAppliedID, opened: opened)
                        }
                        report.add(batch)
                        observer?.batchFinished(batch)
                    }
                    newestAppliedID = source.batchID
                }
                return report
            } catch is BatchTransaction.LedgerMoved {
                // Another job was faster: what it applied is compared and skipped.
                plan = try makePlan(sources)
            }
        }
    }

    /// Does everything in one transaction that is rolled back.
    private func rehearse(_ sources: [BatchSource]) throws -> RunReport {
        while true {
            do {
                return try rehearseOnce(sources)
            } catch is BatchTransaction.LedgerMoved {
                // Another job was faster; the plan is made anew.
            }
        }
    }

    private func rehearseOnce(_ sources: [BatchSource]) throws -> RunReport {
        var report = RunReport()
        report.dryRun = true
        let plan = try makePlan(sources)
        observer?.runPlanned(pending: plan.pending.count, skipped: plan.skipped.count)
        for source in plan.skipped { report.add(BatchReport(source: source, status: .skipped)) }
        guard !plan.pending.isEmpty else { return report }
        return try session.rolledBackTransaction {
            var newestAppliedID = plan.newestAppliedID
            for source in plan.pending {
                try during(source) {
                    let transaction = transaction(source, plan, hasPartition: false)
                    let batch = try transaction.apply(
                        after: newestAppliedID, opened: try session.connection.executeAll(transaction.opening))
                    report.add(batch)
                    observer?.batchFinished(batch)
                }
                newestAppliedID = source.batchID
            }
            return report
        }
    }

    private func makePlan(_ sources: [BatchSource]) throws -> RunPlan {
        try RunPlan.make(
            sources: sources, ledger: try session.transaction { try session.readLedger() }, options: options,
            summarise: { source in try BatchContent.summarise(source, check: interruption.check) })
    }

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
        return try session.transaction(opening: [session.lockCall, ensure]) { rows in
            guard let row = rows[1].first else { throw JobError(.defect, "no partition for batch \(source.batchID)") }
            return try row.get("first_batch_id_beyond")
        }
    }

    /// Says of a database error which batch was in hand.
    private func during(_ source: BatchSource, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as PostgresError {
            try interruption.check()
            throw session.lockFailure(error)
                ?? JobError(error, during: "batch \(source.batchID) (\(source.name))")
        }
    }
}
