internal import Foundation
public import Logging
internal import Synchronization

/// Follows a run, and says how it ended, however it ended: for the metrics file and for the log.
///
/// Any thread may call it: a signal may end the run while its thread waits for a silent server.
public final class RunRecorder: Sendable {
    private struct State {
        var file: MetricsFile?
        var database: String?
        var batches: [Int: BatchReport] = [:]
        var skipped = 0
        var figures: DatabaseFigures?
    }
    private let schema: String
    private let growthLimit: Int?
    private let wantsSummary: Bool
    private let logger: Logger
    private let start = ContinuousClock.now
    private let state = Mutex(State())
    private let writing = Mutex(())

    /// Starts the clock.
    ///
    /// - Parameters:
    ///   - schema: of the run.
    ///   - growthLimit: how large the tables together may become, in bytes.
    ///   - wantsSummary: whether the figures of the database are wanted also where no metrics file is.
    public init(schema: String, growthLimit: Int?, wantsSummary: Bool, logger: Logger) {
        (self.schema, self.growthLimit, self.wantsSummary) = (schema, growthLimit, wantsSummary)
        self.logger = logger
    }

    /// From now on the run's end is written into a file, for Prometheus.
    ///
    /// - Throws: `JobError` (78) where the file cannot be written; before any work is done.
    public func writeMetrics(to path: String) throws {
        let file = MetricsFile(path: path)
        try file.check()
        state.withLock { $0.file = file }
    }

    /// The run has its database.
    public func opened(_ session: Session) {
        let name = session.connection.databaseName
        state.withLock { $0.database = name }
    }

    /// The run knows what is new; so many batches had been applied before.
    public func planned(skipped: Int) { state.withLock { $0.skipped = skipped } }

    /// The run has applied a batch.
    public func batchFinished(_ report: BatchReport) {
        state.withLock { $0.batches[report.batchID] = report }
    }

    /// The run is done, and this is what it did.
    public func completed(_ report: RunReport) {
        state.withLock { state in
            state.skipped = report.totals.skipped
            state.batches = [:]
            for batch in report.batches where batch.status == .applied { state.batches[batch.batchID] = batch }
        }
    }

    /// Asks the database how it stands at the run's end, and writes the metrics.
    ///
    /// Where that fails it says so and no more: the load is what it is, and a file that is not written any more raises
    /// the alert of a job that has not ended well in time.
    ///
    /// - Parameters:
    ///   - exitCode: the code that the run exits with.
    ///   - session: to ask for the figures of the database; nil to leave them out.
    ///   - isHurried: whether the process is about to end, and cannot wait for the disk.
    public func finish(exitCode: Int32, session: Session? = nil, isHurried: Bool = false) {
        let (file, firstApplied) = state.withLock { ($0.file, $0.batches.keys.min()) }
        guard file != nil || wantsSummary else { return }
        let figures = figures(session, firstApplied: firstApplied, isFailed: exitCode != 0)
        state.withLock { $0.figures = figures }
        guard let file else { return }
        let summary = summary
        do {
            try writing.withLock { _ in
                try file.replace(isHurried: isHurried) { old in text(exitCode, summary, figures, replacing: old) }
            }
        } catch {
            logger.warning("\(error)")
        }
    }

    /// What the run has done so far; the figures of the database are those of `finish`.
    public var summary: RunSummary {
        let state = state.withLock { $0 }
        var summary = RunSummary(seconds: start.duration(to: .now).seconds)
        for batch in state.batches.values { summary.totals.count(batch) }
        summary.totals.skipped = state.skipped
        summary.driftAlarms = state.batches.values.map(\.driftAlarms.count).reduce(0, +)
        guard let figures = state.figures else { return summary }
        summary.waitingRows = figures.waitingRows
        summary.newestBatchID = figures.newestBatch?.batchID
        summary.scoresRows = figures.newestBatch == nil ? 0 : figures.tables.first { $0.name == "scores" }?.rows
        if !figures.tables.isEmpty {
            summary.totalBytes = figures.tables.map { $0.heapBytes + $0.indexBytes + $0.toastBytes }.reduce(0, +)
        }
        return summary
    }

    private func text(
        _ exitCode: Int32, _ summary: RunSummary, _ figures: DatabaseFigures?, replacing old: String
    ) -> String {
        let now = Date.now.timeIntervalSince1970
        let previous = MetricsFile.Previous(old, schema: schema, now: now)
        let database = state.withLock { $0.database } ?? previous.database ?? ""
        // The ledger knows nothing of runs that had nothing to do, so it comes second.
        let lastSuccess = previous.successes[database] ?? figures?.appliedBeforeAt
        return RunMetrics(
            database: database, schema: schema, finishedAt: now, seconds: summary.seconds, exitCode: exitCode,
            lastSuccessAt: exitCode == 0 ? now : lastSuccess, applied: summary.totals,
            driftAlarms: summary.driftAlarms, figures: figures, growthLimit: growthLimit
        ).text
    }

    private func figures(_ session: Session?, firstApplied: Int?, isFailed: Bool) -> DatabaseFigures? {
        guard let session, session.connection.isUsable else { return nil }
        do {
            return try session.figures(firstApplied: firstApplied)
        } catch {
            // A run that failed has said why.
            logger.log(
                level: isFailed ? .debug : .warning,
                "the figures of the database are missing from metrics and log: \(error)")
            return nil
        }
    }
}

/// A run in figures.
public struct RunSummary: Sendable {
    /// Sums over the batches that the run applied.
    public var totals = RunReport.Totals()
    /// Alarms of drift at these batches, each industry of a batch counted.
    public var driftAlarms = 0
    /// The newest batch of the ledger; nil where it is empty or not known.
    public var newestBatchID: Int?
    /// Rows that wait in the inbox; nil where that is not known.
    public var waitingRows: Int?
    /// Rows of `scores`; nil where that is not known.
    public var scoresRows: Int?
    /// Size of all tables after the newest batch, in bytes; nil where that is not known.
    public var totalBytes: Int?
    /// How long the run has taken.
    public var seconds: Double
}
