import ETLCore
import Foundation
import Logging

/// Shows how a run goes on: a bar on a terminal, plain lines elsewhere.
final class RunDisplay: RunObserver {
    private let logger: Logger
    private let hasBar: Bool
    /// The batches that ended well, for a run that does not.
    private(set) var finished: [BatchReport] = []
    private var pending = 0
    private var done = 0
    private var batch: BatchSource?
    private var rows = 0
    private var bytes = 0
    private var step = BatchStep.stage
    private var batchStart = ContinuousClock.now
    private var stagingSeconds = 0.0
    private var lastDrawn = ContinuousClock.now - .seconds(1)
    private let isDryRun: Bool
    private let onPlan: (Int) -> Void
    private let onBatch: (BatchReport) -> Void

    /// - Parameters:
    ///   - onPlan: is told how many batches had been applied before.
    ///   - onBatch: is told of each batch that ended well.
    init(
        logger: Logger, isPlain: Bool, isDryRun: Bool, onPlan: @escaping (Int) -> Void,
        onBatch: @escaping (BatchReport) -> Void
    ) {
        (self.logger, self.isDryRun, self.onPlan, self.onBatch) = (logger, isDryRun, onPlan, onBatch)
        hasBar = !isPlain && Output.standardError.isTerminal && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    func runPlanned(pending: Int, skipped: Int) {
        self.pending = pending
        logger.debug(
            "planned", metadata: ["pending": .stringConvertible(pending), "skipped": .stringConvertible(skipped)])
        onPlan(skipped)
    }

    func batchStarted(_ source: BatchSource) {
        (batch, rows, bytes, step, batchStart, stagingSeconds) = (source, 0, 0, .stage, .now, 0)
        draw(force: true)
    }

    func rowsStaged(_ rows: Int, bytes: Int) {
        (self.rows, self.bytes) = (rows, bytes)
        stagingSeconds = batchStart.duration(to: .now).seconds
        draw(force: false)
    }

    func stepStarted(_ step: BatchStep) {
        self.step = step
        draw(force: false)
    }

    func batchFinished(_ report: BatchReport) {
        finished.append(report)
        done += 1
        onBatch(report)
        if hasBar {
            draw(force: done == pending)
            return
        }
        let window = report.window.map { "\($0[0])–\(report.batchID)" } ?? "not full"
        let reasons = reasonTexts(report).joined(separator: ", ")
        let alarms = DriftAlarm.phrases(report.alarms).map { ", \($0)" }.joined()
        let message = """
            batch \(report.batchID): read \(grouped(report.read)), accepted \(grouped(report.accepted)), \
            rejected \(grouped(report.rejected))\(reasons.isEmpty ? "" : " (\(reasons))"), window \(window), \
            \(grouped(report.snapshots)) snapshots\(alarms), \
            \(durationText(report.seconds))
            """
        if LogOptions.isJSON {
            JobEvent.write(
                isDryRun ? "batch_rehearsed" : "batch_applied", message: message, JobEvent.fields(report))
        } else {
            logger.info("\(message)")
        }
    }

    /// Leaves a clean line behind, however the run ended.
    func finish() { StandardError.clearBar() }

    private func draw(force: Bool) {
        guard hasBar, let batch else { return }
        guard force || lastDrawn.duration(to: .now) > .milliseconds(80) else { return }
        lastDrawn = .now
        let width = 20
        let part = batch.byteSize.map { $0 > 0 ? Double(bytes) / Double($0) : 1 } ?? 0
        // Staging is about a tenth of a large batch's time; the rest is the database's.
        let share = step == .stage ? part * 0.1 : 0.1 + 0.2 * Double(BatchStep.allCases.firstIndex(of: step) ?? 0)
        let total = max(pending, 1)
        let filled = Int(Double(width) * min(1, (Double(done) + (done < total ? min(share, 1) : 0)) / Double(total)))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        let rate = stagingSeconds > 0 ? Int(Double(rows) / stagingSeconds) : 0
        StandardError.drawBar(
            "\(bar) batch \(batch.batchID) (\(min(done + 1, total)) of \(total))  \(grouped(rows)) rows  "
                + "\(grouped(rate)) rows/s  \(step.rawValue)")
    }
}
