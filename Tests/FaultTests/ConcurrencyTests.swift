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
        let first = try await HeldJob.start(batches: 1)
        let second = try first.program.start(["run", "."])
        try await first.database.connection.waitForWaiting("Lock", "advisory")
        #expect(second.isRunning)
        try first.release()
        #expect(try await first.job.outcome().code == 0)
        let outcome = try await second.outcome()
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("Nothing to do"), "\(outcome.output)")
        #expect(try await first.database.fingerprint() == Reference.load(first.program.folder).fingerprint)
    }

    @Test func theSecondLeavesWith75AndNamesTheHolder() async throws {
        let first = try await HeldJob.start()
        let start = ContinuousClock.now
        let outcome = try await first.program.run("run", ".", "--lock-wait", "1")
        #expect(start.duration(to: .now) < .seconds(30))
        #expect(outcome.code == 75, "\(outcome.errors)")
        let holder = try first.database.value(
            "select pid from pg_locks where locktype = 'advisory' and granted and database = "
                + "(select oid from pg_database where datname = current_database())")
        for word in ["Another job", "process \(holder)", "etl-job", "since "] {
            #expect(outcome.errors.contains(word), "no \"\(word)\" in: \(outcome.errors)")
        }
        first.job.signal(SIGTERM)
        #expect(try await first.job.outcome().code == 143)
        #expect(try first.database.connection.appliedCount() == 0)
    }
}

/// A job that holds its lock, as a statement of its first batch waits for a table.
struct HeldJob {
    let database: TestDatabase
    let program: Program
    let job: RunningProgram
    private let holder: Connection

    static func start(batches: Int = 5, _ arguments: [String] = []) async throws -> HeldJob {
        let database = try await TestDatabase()
        let holder = try Connection(database: database.connectionString)
        try holder.script("begin; lock table scores in share mode")
        let program = Program(
            folder: try SmallBatches.write(batches), environment: ["DATABASE_URL": database.connectionString])
        let job = try program.start(["run", "."] + arguments)
        try await database.connection.waitForWaiting("Lock", "relation")
        return HeldJob(database: database, program: program, job: job, holder: holder)
    }

    /// Lets the job go on.
    func release() throws { try holder.script("rollback") }
}
