import ETLCore
import Foundation
import Logging

/// What happened, in a form that alarms and dashboards read: a line of a JSON log with a key `event`.
///
/// Written at every level of the log, for somebody counts them.
enum JobEvent {
    /// Writes an event.
    static func write(
        _ name: String, level: Logger.Level = .info, message: String, _ fields: [String: JSONValue]
    ) {
        let all = fields.merging(["event": .text(name)]) { _, name in name }
        StandardError.write(JSONLine(level: level, message: message, fields: all).text)
    }

    /// The figures of a batch.
    static func fields(_ batch: BatchReport) -> [String: JSONValue] {
        [
            "batch_id": .integer(batch.batchID), "source": .text(batch.source), "read": .integer(batch.read),
            "accepted": .integer(batch.accepted), "rejected": .integer(batch.rejected),
            "reasons": .object(batch.reasons.mapValues { .integer($0) }),
            "window": batch.window.map { .list($0.map { .integer($0) }) } ?? .null,
            "snapshots": .integer(batch.snapshots), "seconds": .seconds(batch.seconds),
            "drift_alarms": .list(batch.driftAlarms.map { .text($0) }),
            "drift": .text(batch.driftAlarms.joined(separator: ", ")),
        ]
    }

    /// The figures of a run.
    static func fields(_ run: RunSummary, isDryRun: Bool) -> [String: JSONValue] {
        let totals = run.totals
        return [
            "applied": .integer(totals.applied), "skipped": .integer(totals.skipped), "read": .integer(totals.read),
            "accepted": .integer(totals.accepted), "rejected": .integer(totals.rejected),
            "reject_ratio": .number(totals.read == 0 ? 0 : Double(totals.rejected) / Double(totals.read)),
            "snapshots": .integer(totals.snapshots), "drift_alarms": .integer(run.driftAlarms),
            "newest_batch_id": .optional(run.newestBatchID), "scores_rows": .optional(run.scoresRows),
            "waiting_rows": .optional(run.waitingRows), "total_bytes": .optional(run.totalBytes),
            "seconds": .seconds(run.seconds), "dry_run": .flag(isDryRun),
        ]
    }
}
