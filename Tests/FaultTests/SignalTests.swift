import Foundation
import PostgresClient
import Testing
import TestSupport

/// SIGTERM and SIGINT, wherever the job is: 128 and the signal's number, soon, and the batch rolled back.
@Suite(.serialized) struct SignalTests {
    private static let signals = [SIGTERM, SIGINT]

    // Small: all is sent and the answer is waited for. Large: sending itself waits, as nobody takes the data.
    @Test(arguments: signals, [20, 150_000]) func duringCopy(signal: Int32, rows: Int) async throws {
        let database = try await TestDatabase()
        let before = try database.fingerprint()
        let folder = try temporaryFolder()
        let sample = ["sample", ".", "--batches", "1", "--assets", "\(rows)"]
        #expect(try await Program(folder: folder).run(sample).code == 0)
        let (reached, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let hold = Fault(
            .frontend, .type("d", 1), .before,
            .call {
                reached.signal()
                end.wait()
            })
        let proxy = try FaultProxy(to: database.serverAddress, fault: hold)
        let job = try proxy.program(database, folder).start(["run", "."])
        try await wait("the COPY has begun") { reached.wait(timeout: .now()) == .success }
        try await Task.sleep(for: .milliseconds(500))
        try await Self.expectEnd(of: job, by: signal)
        end.signal()
        proxy.stop()
        try await Self.waitForSilence(database)
        #expect(try database.fingerprint() == before)
    }

    @Test(arguments: signals) func duringABlockedStatement(signal: Int32) async throws {
        let held = try await HeldJob.start()
        try await Self.expectEnd(of: held.job, by: signal)
        // The statement is cancelled, not only left alone until the server misses its client.
        try await Self.waitForSilence(held.database, within: 2)
        try held.release()
        #expect(try held.database.connection.appliedCount() == 0)
        #expect(try held.database.value("select count(*) from rejected_assets") == "0")
    }

    @Test(arguments: signals) func duringTheWaitForTheLockOfTheJob(signal: Int32) async throws {
        let held = try await HeldJob.start()
        let second = try held.program.start(["run", "."])
        try await held.database.connection.waitForWaiting("Lock", "advisory")
        try await Self.expectEnd(of: second, by: signal)
        try held.release()
        #expect(try await held.job.outcome().code == 0)
    }

    @Test(arguments: signals) func duringTheReadingOfStandardInput(signal: Int32) async throws {
        let database = try await TestDatabase()
        let before = try database.fingerprint()
        let job = try Self.program(database).start(["run", "-", "--batch-id", "0"], input: .pipe)
        try job.write(String(SmallBatches.json(0).prefix(300)))
        try await wait("the job is at work") { job.errors.contains("Database: ") }
        try await Task.sleep(for: .milliseconds(200))
        try await Self.expectEnd(of: job, by: signal)
        #expect(try database.fingerprint() == before)
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
        try await Self.waitForSilence(database)
        let applied = try database.connection.appliedCount()
        #expect(applied <= 1)
        if applied == 0 { #expect(try database.fingerprint() == before) }
    }

    /// The last words of a run are its metrics: written in time, also where the server is silent.
    @Test(arguments: [false, true]) func metricsAreWrittenInTime(serverIsSilent: Bool) async throws {
        let held = try await HeldJob.start(["--metrics-file", "etl_job.prom"])
        let backend = try held.database.value(
            "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")
        let pid = try #require(Int32(backend))
        if serverIsSilent { kill(pid, SIGSTOP) }
        let start = ContinuousClock.now
        held.job.signal(SIGTERM)
        let outcome = try await held.job.outcome()
        let seconds = start.duration(to: .now) / .seconds(1)
        if serverIsSilent { kill(pid, SIGCONT) }
        try held.release()
        #expect(outcome.code == 143 && seconds < 4, "\(seconds) s: \(outcome.errors)")
        let metrics = try String(contentsOfFile: "\(held.program.folder)/etl_job.prom", encoding: .utf8)
        #expect(metrics.contains(try Regex("(?m)^etl_job_last_run_exit_code\\{.*\\} 143$")), "\(metrics)")
    }

    /// Exactly one event tells the end of a run that a signal ends, wherever it is.
    @Test(arguments: signals) func theEndIsOneEventInAJSONLog(signal: Int32) async throws {
        func expectEnd(_ job: RunningProgram, _ place: String) async throws {
            let start = ContinuousClock.now
            job.signal(signal)
            let outcome = try await job.outcome()
            #expect(start.duration(to: .now) < .seconds(5), "\(place)")
            #expect(outcome.code == 128 + signal, "\(place): \(outcome.errors)")
            let ends = try outcome.events("run_finished")
            #expect(ends.count == 1 && ends[0]["exit_code"] as? Int == Int(128 + signal), "\(place): \(outcome.errors)")
            #expect((ends.first?["error"] as? String)?.contains("signal \(signal)") == true, "\(place)")
        }
        let json = ["--log-format", "json"]
        let held = try await HeldJob.start(json)
        try await expectEnd(held.job, "during a statement")
        try held.release()

        let silence = Fault(.backend, .text("COPY", 2), .before, .silence)
        let proxy = try FaultProxy(to: held.database.serverAddress, fault: silence, staysDeaf: true)
        defer { proxy.stop() }
        let silent = try proxy.program(held.database, SmallBatches.write()).start(["run", "."] + json)
        try await wait("the server is silent") { proxy.hasFired }
        try await expectEnd(silent, "with a silent server")

        // Somebody listens, and says nothing to whoever connects.
        let mute = try FaultProxy(
            to: held.database.serverAddress, fault: Fault(.frontend, .message(1), .before, .silence))
        defer { mute.stop() }
        let connecting = try mute.program(held.database, SmallBatches.write()).start(["run", "."] + json)
        try await wait("it connects") { mute.hasFired }
        try await expectEnd(connecting, "while connecting")

        let folder = try temporaryFolder()
        let starting = try Program(folder: folder).start(["run", SmallBatches.write(), "--local"] + json)
        try await wait("a private server is made") { starting.errors.contains("Starting a private PostgreSQL") }
        try await expectEnd(starting, "while a private server is made")
        // What was left of it may still be at work.
        try await Task.sleep(for: .seconds(3))
        #expect(try await Program(folder: folder).run("local", "start").code == 0)
        #expect(try await Program(folder: folder).run("local", "destroy", "--yes").code == 0)
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

    /// Waits until the server has ended the job's sessions.
    private static func waitForSilence(_ database: TestDatabase, within seconds: Double = 60) async throws {
        try await wait("the server has noticed", within: seconds) {
            try database.value(
                """
                select count(*) from pg_stat_activity
                where application_name = 'etl-job' and datname = current_database()
                """) == "0"
        }
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
