import ETLCore
import Foundation
import PostgresClient
import Testing
import TestSupport

/// Several jobs on one schema: one works, the others wait.
@Suite struct ConcurrencyTests {
    @Test func eightAtOnceGiveTheTablesOfOne() async throws {
        let start = ContinuousClock.now
        let folder = try SmallBatches.write(12)
        let reference = try await Reference.load(folder)
        let database = try await TestDatabase()
        let program = Program(folder: folder, environment: ["DATABASE_URL": database.connectionString])
        let running = try (0..<8).map { _ in try program.start(["run", ".", "--json"]) }
        var applied: [Int] = []
        for job in running {
            let outcome = try await job.outcome()
            #expect(outcome.code == 0, "\(outcome.errors)")
            let report = try outcome.report()
            #expect(report.batches.map(\.batchID) == Array(0..<12))
            applied += report.batches.filter { $0.status == .applied }.map(\.batchID)
        }
        #expect(applied.sorted() == Array(0..<12), "each batch is applied by one job")
        let differs = try database.fingerprint() != reference.fingerprint
        #expect(!differs, "the tables differ")
        Torture.print("eight at once", "12 batches, \(differs ? 1 : 0) differences", since: start)
    }

    @Test func theSecondWaitsAndFindsTheBatchesApplied() async throws {
        let (database, folder, first) = try await Self.holdingJob()
        let second = try Self.program(database, folder).start(["run", "."])
        try await database.connection.waitForWaiting("Lock", "advisory")
        #expect(second.isRunning)
        try first.write(SmallBatches.json(0))
        first.endInput()
        #expect(try await first.outcome().code == 0)
        let outcome = try await second.outcome()
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("Nothing to do"), "\(outcome.output)")
        #expect(try await database.fingerprint() == Reference.load(folder).fingerprint)
    }

    @Test func theSecondLeavesWith75AndNamesTheHolder() async throws {
        let (database, folder, first) = try await Self.holdingJob()
        let start = ContinuousClock.now
        let outcome = try await Self.program(database, folder).run("run", ".", "--lock-wait", "1")
        #expect(start.duration(to: .now) < .seconds(30))
        #expect(outcome.code == 75, "\(outcome.errors)")
        let holder = try database.value(
            "select pid from pg_locks where locktype = 'advisory' and granted and database = "
                + "(select oid from pg_database where datname = current_database())")
        for word in ["Another job", "process \(holder)", "etl-job", "since "] {
            #expect(outcome.errors.contains(word), "no \"\(word)\" in: \(outcome.errors)")
        }
        first.signal(SIGTERM)
        #expect(try await first.outcome().code == 143)
        #expect(try database.connection.appliedCount() == 0)
    }

    /// A job that holds the lock, as it waits for the rows of batch 0 on its standard input.
    private static func holdingJob() async throws -> (TestDatabase, String, RunningProgram) {
        let database = try await TestDatabase()
        let folder = try SmallBatches.write(1)
        let job = try program(database, folder).start(["run", "-", "--batch-id", "0"], input: .pipe)
        try await wait("the job holds its lock") {
            try database.value(
                """
                select count(*) from pg_locks where locktype = 'advisory' and granted
                    and database = (select oid from pg_database where datname = current_database())
                """) == "1"
        }
        return (database, folder, job)
    }

    private static func program(_ database: TestDatabase, _ folder: String) -> Program {
        Program(folder: folder, environment: ["DATABASE_URL": database.connectionString])
    }
}
