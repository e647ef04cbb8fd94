import ETLCore
import Foundation
import PostgresClient
import Testing
import TestSupport

/// Kills and broken sessions at moments that nobody chose.
@Suite(.serialized) struct RandomMomentTests {
    private static let rounds = Torture.isFull ? 40 : 1
    private static let batches = 30

    /// The job is killed again and again until a run comes through.
    @Test func killsAtRandomMoments() async throws {
        try await repeatedly("random/kill") { database, folder, random in
            let program = Program(folder: folder, environment: ["DATABASE_URL": database.connectionString])
            var killCount = 0
            while true {
                let job = try program.start(["run", "."])
                if killCount < 12 {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 20...400, using: &random)))
                    if job.isRunning { killCount += 1 }
                    job.signal(SIGKILL)
                }
                let outcome = try await job.outcome()
                if outcome.code == 0 { return killCount }
                #expect(outcome.code == 1009, "\(outcome.errors)")
            }
        }
    }

    /// An administrator ends the job's session again and again; the job goes on by itself.
    @Test func sessionsEndedAtRandomMoments() async throws {
        try await repeatedly("random/terminate") { database, folder, random in
            let program = Program(folder: folder, environment: ["DATABASE_URL": database.connectionString])
            let job = try program.start(["run", ".", "--json"])
            var endedCount = 0
            while job.isRunning && endedCount < 12 {
                try await Task.sleep(for: .milliseconds(Int.random(in: 5...150, using: &random)))
                let ended = try database.value(
                    """
                    select count(pg_terminate_backend(pid)) from pg_stat_activity
                    where application_name = 'etl-job' and datname = current_database()
                    """)
                endedCount += Int(ended) ?? 0
            }
            let outcome = try await job.outcome()
            #expect(outcome.code == 0, "\(outcome.errors)")
            if outcome.code == 0 {
                let report = try outcome.report()
                #expect(report.totals.applied == Self.batches && report.batches.count == Self.batches)
            }
            return endedCount
        }
    }

    private func repeatedly(
        _ name: String,
        _ body: @escaping @Sendable (TestDatabase, String, inout SeededRandom) async throws -> Int
    ) async throws {
        let start = ContinuousClock.now
        let reference = try await Reference.load(SmallBatches.write(Self.batches))
        let events = try await Torture.collect(Array(0..<Self.rounds), atOnce: 2) { round in
            var random = SeededRandom(seed: Torture.seed &+ UInt64(round))
            var (count, isEqual) = (0, true)
            // A load may be through before the first moment comes.
            for _ in 0..<10 where count == 0 && isEqual {
                let database = try await TestDatabase()
                count = try await body(database, reference.folder, &random)
                isEqual = try database.fingerprint() == reference.fingerprint
                try await database.drop()
            }
            return Array(repeating: "equal", count: count) + (isEqual ? [] : ["round \(round): the tables differ"])
        }
        let differences = events.filter { $0 != "equal" }
        for difference in differences { Issue.record("\(name), \(difference)") }
        #expect(events.count > differences.count, "nothing was ever interrupted")
        Torture.print(
            name,
            "\(events.count - differences.count) moments in \(Self.rounds) loads of \(Self.batches) batches, "
                + "\(differences.count) differences",
            since: start)
    }
}
