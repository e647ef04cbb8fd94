internal import Foundation
public import Logging
internal import Synchronization

/// Follows a run, and writes its metrics when it ends, however it ends.
///
/// Any thread may call it: a signal may end the run while its thread waits for a silent server.
public final class MetricsRecorder: Sendable {
    private struct State {
        var database: String?
        var applied: [Int: BatchReport] = [:]
    }
    private let file: MetricsFile
    private let schema: String
    private let growthLimit: Int?
    private let logger: Logger
    private let start = ContinuousClock.now
    private let state = Mutex(State())
    private let writing = Mutex(())

    /// Starts the clock.
    ///
    /// - Parameters:
    ///   - path: of the file that receives the metrics.
    ///   - schema: of the run.
    ///   - growthLimit: how large the tables together may become, in bytes.
    /// - Throws: `JobError` (78) where the file cannot be written; before any work is done.
    public init(path: String, schema: String, growthLimit: Int?, logger: Logger) throws {
        file = MetricsFile(path: path)
        (self.schema, self.growthLimit, self.logger) = (schema, growthLimit, logger)
        try file.check()
    }

    /// The run has its database.
    public func opened(_ session: Session) {
        let name = session.connection.databaseName
        state.withLock { $0.database = name }
    }

    /// The run has applied a batch.
    public func batchFinished(_ report: BatchReport) {
        state.withLock { $0.applied[report.batchID] = report }
    }

    /// Writes the metrics of a run that ends.
    ///
    /// Where that fails it says so and no more: the load is what it is, and a file that is not written any more raises
    /// the alert of a job that has not ended well in time.
    ///
    /// - Parameters:
    ///   - exitCode: the code that the run exits with.
    ///   - session: to ask for the figures of the database; nil to leave them out.
    public func finish(exitCode: Int32, session: Session? = nil) {
        let (database, applied) = state.withLock { ($0.database, $0.applied) }
        var totals = RunReport.Totals()
        for batch in applied.values { totals.count(batch) }
        let driftAlarms = applied.values.map(\.driftAlarms.count).reduce(0, +)
        let figures = figures(session, firstApplied: applied.keys.min(), isFailed: exitCode != 0)
        do {
            try writing.withLock { _ in
                try file.replace { old in
                    let now = Date.now.timeIntervalSince1970
                    let previous = MetricsFile.Previous(old, schema: schema, now: now)
                    let database = database ?? previous.database ?? ""
                    // The ledger knows nothing of runs that had nothing to do, so it comes second.
                    let lastSuccess = previous.successes[database] ?? figures?.appliedBeforeAt
                    return RunMetrics(
                        database: database, schema: schema, finishedAt: now,
                        seconds: start.duration(to: .now).seconds, exitCode: exitCode,
                        lastSuccessAt: exitCode == 0 ? now : lastSuccess, applied: totals,
                        driftAlarms: driftAlarms, figures: figures, growthLimit: growthLimit
                    ).text
                }
            }
        } catch {
            logger.warning("\(error)")
        }
    }

    private func figures(_ session: Session?, firstApplied: Int?, isFailed: Bool) -> DatabaseFigures? {
        guard let session, session.connection.isUsable else { return nil }
        do {
            return try session.figures(firstApplied: firstApplied)
        } catch {
            // A run that failed has said why.
            logger.log(
                level: isFailed ? .debug : .warning, "the metrics lack the figures of the database: \(error)")
            return nil
        }
    }
}
