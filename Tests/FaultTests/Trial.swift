@testable import ETLCore
import TestSupport

/// One load of the small batches with one fault in it.
struct Trial: Sendable {
    /// What the job has to do about the fault.
    enum Kind: String, Sendable {
        /// End well by itself.
        case recover
        /// Be killed there, and end well when it is run again.
        case kill
        /// End well by itself though the server fell silent.
        case silence
    }

    let kind: Kind
    let direction: Fault.Direction
    let message: Int
    let moment: Fault.Moment

    var fault: Fault {
        let action: Fault.Action =
            switch kind {
            case .recover: .cut
            case .kill: .kill
            case .silence: .silence
            }
        return Fault(direction, .message(message), moment, action)
    }

    /// Every point of a load at which something may go wrong.
    static func all(_ kind: Kind, _ counts: FaultProxy.Counts) -> [Trial] {
        Fault.Direction.allCases.flatMap { direction in
            (1...counts[direction]).flatMap { message in
                Fault.Moment.allCases.map { Trial(kind: kind, direction: direction, message: message, moment: $0) }
            }
        }
    }

    /// Loads the batches of a reference into a new database, with the fault.
    ///
    /// - Returns: how the outcome differs from the reference; empty where all is well.
    func differences(
        from reference: Reference, tamper: @escaping FaultProxy.Tamper = { $0 }
    ) async throws -> [String] {
        let scenario = reference.scenario
        let database = try await TestDatabase()
        try scenario.prepare(database)
        let proxy = try FaultProxy(to: database.serverAddress, fault: fault, tamper: tamper)
        var differences: [String] = []
        // Silence is noticed when an answer is overdue, which these limits make soon.
        let limits = kind == .silence ? ["--retry-for", "8", "--lock-wait", "2"] : []
        let program = try scenario.program(proxy, database).start(scenario.arguments + ["--json"] + limits)
        proxy.setVictim(program)
        var outcome = try await program.outcome(within: 150)
        if !proxy.hasFired { differences.append("the point was never reached") }
        if kind == .kill {
            // At the last messages, when all is committed and reported, the job may have ended before the signal came.
            let isLast = outcome.code == 0 && message > reference.counts[direction] - 3
            if outcome.code != 1009 && !isLast {
                differences.append("not killed: \(outcome.code), \(outcome.errors)")
            }
            outcome = try await scenario.directProgram(database).run(scenario.arguments + ["--json"])
        }
        proxy.stop()
        if outcome.code == 0 {
            differences += compare(try outcome.report(), with: reference)
        } else {
            differences.append("exit code \(outcome.code): \(outcome.errors)")
        }
        let fingerprint = try database.fingerprint()
        if fingerprint != reference.fingerprint {
            differences.append("tables differ:\n\(fingerprint)\ninstead of\n\(reference.fingerprint)")
        }
        try await database.drop()
        return differences.map { "\(fault): \($0)" }
    }

    /// Every batch must be reported once; what was applied, with the figures of the undisturbed load.
    private func compare(_ report: RunReport, with reference: Reference) -> [String] {
        var differences: [String] = []
        let ids = report.batches.map(\.batchID)
        // Of the inbox a second run can report nothing but what the first has left.
        let isRest = kind == .kill && !reference.scenario.namesSkipped
        let all = isRest ? Array(reference.batches.suffix(ids.count)) : reference.batches
        if ids != all.map(\.batchID) { differences.append("reported are the batches \(ids)") }
        var sums = RunReport.Totals()
        for (batch, expected) in zip(report.batches, all) {
            let isSkipped = batch.status == .skipped
            if isSkipped { sums.skipped += 1 } else { sums.applied += 1 }
            // Only a second run may find batches that were applied before.
            if isSkipped && kind == .kill {
                if batch.read + batch.snapshots != 0 { differences.append("skipped with figures: \(batch.figures)") }
                continue
            }
            if batch.figures != expected.figures {
                differences.append("reported is \(batch.figures), not \(expected.figures)")
            }
            sums.read += batch.read
            sums.accepted += batch.accepted
            sums.rejected += batch.rejected
            sums.snapshots += batch.snapshots
        }
        if report.totals != sums { differences.append("totals are \(report.totals), not \(sums)") }
        return differences
    }
}
