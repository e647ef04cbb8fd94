import Foundation
import Testing
import TestSupport

/// The connection breaks, falls silent, or the job is killed, at every message of a load.
@Suite(.serialized) struct SweepTests {
    @Test func theJobRecoversFromACutAtEveryMessage() async throws {
        try await sweep(.recover, "cut/recover", sampleSize: 20)
    }

    @Test func theNextRunGoesOnAfterAKillAtEveryMessage() async throws {
        try await sweep(.kill, "cut/kill", sampleSize: 20)
    }

    @Test func theJobRecoversFromASilentServer() async throws {
        try await sweep(.silence, "cut/silence", sampleSize: 4, every: 12)
    }

    @Test func anInboxIsEmptiedAfterACutAtEveryMessage() async throws {
        try await sweep(.recover, "inbox/recover", sampleSize: 12, .inbox())
    }

    @Test func anInboxIsEmptiedAfterAKillAtEveryMessage() async throws {
        try await sweep(.kill, "inbox/kill", sampleSize: 12, .inbox())
    }

    @Test func aSourceIsReadAgainAfterACutAtEveryMessage() async throws {
        try await sweep(.recover, "source/recover", sampleSize: 12, .query())
    }

    @Test func aSourceIsReadAgainAfterAKillAtEveryMessage() async throws {
        try await sweep(.kill, "source/kill", sampleSize: 6, .query())
    }

    @Test func aSourceThatFallsSilentIsAskedAgain() async throws {
        try await sweep(.silence, "source/silence", sampleSize: 3, every: 12, .query())
    }

    private func sweep(
        _ kind: Trial.Kind, _ name: String, sampleSize: Int, every step: Int = 1, _ scenario: Scenario? = nil
    ) async throws {
        let start = ContinuousClock.now
        let reference = try await Reference.load(scenario ?? .files(SmallBatches.write()))
        let all = Trial.all(kind, reference.counts).enumerated().filter { $0.offset % step == 0 }.map(\.element)
        let trials = Torture.sample(all, sampleSize)
        let differences = try await Torture.collect(trials) { trial in
            try await trial.differences(from: reference)
        }
        for difference in differences { Issue.record("\(difference)") }
        let tried = Dictionary(grouping: trials, by: \.direction).mapValues(\.count)
        Torture.print(
            name,
            """
            \(trials.count) of \(all.count) points tried (frontend \(tried[.frontend, default: 0]), backend \
            \(tried[.backend, default: 0]); before and after), \(differences.count) differences
            """, since: start)
        #expect(!trials.isEmpty)
    }
}

/// The sweep itself can fail: each of these is to be found out.
@Suite struct SweepFailureTests {
    private let trial = Trial(kind: .kill, direction: .frontend, message: 9, moment: .after)

    @Test func aPointThatIsNeverReachedIsADifference() async throws {
        let reference = try await Reference.load(SmallBatches.write())
        let beyond = Trial(
            kind: .kill, direction: .backend, message: reference.counts.backend + 1000, moment: .before)
        let differences = try await beyond.differences(from: reference)
        #expect(differences.count == 1 && differences.first?.contains("never reached") == true, "\(differences)")
    }

    @Test func anotherExpectationIsADifference() async throws {
        let folder = try SmallBatches.write()
        let reference = try await Reference.load(folder)
        let other = SmallBatches.json(4).replacing("food", with: "cars")
        try Data(other.utf8).write(to: URL(fileURLWithPath: "\(folder)/batch_4.json"))
        let differences = try await trial.differences(from: reference)
        #expect(differences.contains { $0.contains("tables differ") }, "\(differences)")
        #expect(differences.allSatisfy { $0.hasPrefix("kill after frontend message 9: ") })
    }

    @Test func aScoreChangedOnItsWayIsADifference() async throws {
        let reference = try await Reference.load(SmallBatches.write())
        let late = Trial(
            kind: .kill, direction: .frontend, message: reference.counts.frontend, moment: .before)
        let differences = try await late.differences(from: reference) { message in
            guard message.direction == .frontend, message.type == "d" else { return message }
            return message.replacing("food", with: "cars")
        }
        #expect(differences.contains { $0.contains("tables differ") }, "\(differences)")
    }

    @Test func lostDataAreADifference() async throws {
        let reference = try await Reference.load(SmallBatches.write())
        let late = Trial(
            kind: .recover, direction: .frontend, message: reference.counts.frontend, moment: .before)
        let differences = try await late.differences(from: reference) { message in
            message.direction == .frontend && message.type == "d" ? nil : message
        }
        #expect(differences.contains { $0.contains("exit code") }, "\(differences)")
        #expect(differences.contains { $0.contains("tables differ") }, "\(differences)")
    }

    @Test func undisturbedLoadsHaveTheSameMessages() async throws {
        let folder = try SmallBatches.write()
        let first = try await Reference.load(folder)
        let second = try await Reference.load(folder)
        #expect(first.counts == second.counts && first.fingerprint == second.fingerprint)
        #expect(first.counts.frontend > 100 && first.counts.backend > 100)
    }
}
