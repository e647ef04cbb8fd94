import Foundation
import PostgresClient
import Testing
import TestSupport

/// SIGTERM and SIGINT, wherever the job is: 128 and the signal's number, soon, and the batch rolled back.
@Suite(.serialized) struct SignalTests {
    private static let signals = [SIGTERM, SIGINT]

    @Test(arguments: signals) func duringCopy(signal: Int32) async throws {
        let database = try await TestDatabase()
        let before = try database.fingerprint()
        let job = try Self.program(database).start(["run", "-", "--batch-id", "0"], input: .pipe)
        try job.write(String(SmallBatches.json(0).prefix(300)))
        try await wait("the COPY has begun") {
            try database.value("select count(*) from pg_stat_progress_copy where datname = current_database()") == "1"
        }
        try await Self.expectEnd(of: job, by: signal)
        #expect(try database.fingerprint() == before)
    }

    @Test(arguments: signals) func duringABlockedStatement(signal: Int32) async throws {
        let database = try await TestDatabase()
        let before = try database.fingerprint()
        let holder = try Connection(database: database.connectionString)
        try holder.script("begin; lock table scores in share mode")
        let job = try Self.program(database).start(["run", "."])
        try await database.connection.waitForWaiting("Lock", "relation")
        try await Self.expectEnd(of: job, by: signal)
        try holder.script("rollback")
        #expect(try database.fingerprint() == before)
    }

    @Test func duringTheWaitForTheLockOfTheJob() async throws {
        let database = try await TestDatabase()
        let first = try Self.program(database).start(["run", "-", "--batch-id", "0"], input: .pipe)
        try await wait("the first job is in its COPY") {
            try database.value("select count(*) from pg_stat_progress_copy where datname = current_database()") == "1"
        }
        let second = try Self.program(database).start(["run", "."])
        try await database.connection.waitForWaiting("Lock", "advisory")
        try await Self.expectEnd(of: second, by: SIGTERM)
        first.signal(SIGINT)
        #expect(try await first.outcome().code == 130)
    }

    @Test func duringTheBackOffOfARetry() async throws {
        let database = try await TestDatabase()
        let role = "busy_\(database.connection.databaseName)"
        try await TestServer.shared.execute("create role \(role) login in role etl connection limit 0")
        var program = try Self.program(database)
        program.environment["DATABASE_URL"] = database.connectionString.replacing("user=etl", with: "user=\(role)")
        let job = try program.start(["run", "."])
        try await Task.sleep(for: .seconds(3))
        #expect(job.isRunning, "\(job.errors)")
        try await Self.expectEnd(of: job, by: SIGTERM)
    }

    /// The server no longer answers; nor does it to a request to cancel, where it is deaf.
    @Test(arguments: [false, true]) func withASilentServer(isDeaf: Bool) async throws {
        let database = try await TestDatabase()
        let before = try database.fingerprint()
        let silence = Fault(.backend, .text("COPY", 2), .before, .silence)
        let proxy = try FaultProxy(to: database.serverAddress, fault: silence, staysDeaf: isDeaf)
        defer { proxy.stop() }
        let job = try proxy.program(database, SmallBatches.write()).start(["run", "."])
        try await wait("the server is silent") { proxy.hasFired }
        try await Task.sleep(for: .milliseconds(200))
        try await Self.expectEnd(of: job, by: SIGTERM)
        try await wait("the server has noticed") {
            try database.value(
                """
                select count(*) from pg_stat_activity
                where application_name = 'etl-job' and datname = current_database()
                """) == "0"
        }
        let applied = try database.connection.appliedCount()
        #expect(applied <= 1)
        if applied == 0 { #expect(try database.fingerprint() == before) }
    }

    @Test func aProgressBarLeavesACleanTerminal() async throws {
        let database = try await TestDatabase()
        let holder = try Connection(database: database.connectionString)
        try holder.script("begin; lock table scores in share mode")
        var program = try Self.program(database)
        program.environment["TERM"] = "xterm"
        let job = try program.start(["run", "."], input: .terminal)
        try await database.connection.waitForWaiting("Lock", "relation")
        try await wait("the bar is drawn") { job.screen().contains("░") }
        job.signal(SIGINT)
        let outcome = try await job.outcome()
        try holder.script("rollback")
        #expect(outcome.code == 130)
        let screen = outcome.output
        let cleared = try #require(screen.range(of: "\r\u{1B}[K", options: .backwards), "\(screen)")
        let rest = screen[cleared.upperBound...]
        #expect(!rest.contains("░") && !rest.contains("█"), "\(screen)")
        #expect(rest.contains("Stopped by signal 2") && rest.hasSuffix("\r\n"), "\(screen)")
    }

    private static func program(_ database: TestDatabase) throws -> Program {
        Program(folder: try SmallBatches.write(), environment: ["DATABASE_URL": database.connectionString])
    }

    /// Sends the signal; the job has 2 seconds, and a busy machine some more.
    private static func expectEnd(
        of job: RunningProgram, by signal: Int32, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let start = ContinuousClock.now
        job.signal(signal)
        let outcome = try await job.outcome(within: 30)
        let time = start.duration(to: .now)
        #expect(time < .seconds(5), "it took \(time)", sourceLocation: sourceLocation)
        #expect(outcome.code == 128 + signal, "\(outcome.errors)", sourceLocation: sourceLocation)
        #expect(outcome.errors.contains("Stopped by signal \(signal)"), sourceLocation: sourceLocation)
    }
}
