import ETLCore
import Foundation
import PostgresClient
import Synchronization
import Testing
import TestSupport

/// The server crashes while a batch is in hand, and is started again while the job retries.
@Suite(.serialized) struct CrashTests {
    private static let arguments = ["run", ".", "--json"]

    @Test func duringCopy() async throws {
        let cluster = try await TestCluster.start()
        let hasCrashed = Mutex(false)
        let crash: @Sendable () -> Void = {
            cluster.crash()
            hasCrashed.withLock { $0 = true }
        }
        let proxy = try FaultProxy(
            to: .tcp(cluster.port), fault: Fault(.frontend, .type("d", 4), .after, .call(crash)))
        defer { proxy.stop() }
        try await load("crash/copy", cluster, port: proxy.port) { _ in
            try await wait("the crash") { hasCrashed.withLock { $0 } }
        }
    }

    @Test func duringTheLoad() async throws {
        let cluster = try await TestCluster.start()
        let folder = try SmallBatches.write(3)
        #expect(try await cluster.program(in: folder).run("run", ".").code == 0)
        let connection = try cluster.connection()
        try connection.script("begin; lock table scores in share mode")
        try await load("crash/load", cluster, port: cluster.port, skipped: 3) { _ in
            try await cluster.connection().waitForWaiting("Lock")
            try await cluster.stop(.immediate)
        }
        connection.close()
    }

    @Test func duringCommit() async throws {
        let cluster = try await TestCluster.start()
        let folder = try SmallBatches.write(3)
        #expect(try await cluster.program(in: folder).run("run", ".").code == 0)
        // Nobody confirms the commit, so that it waits, already in the log.
        try cluster.configure(["synchronous_standby_names = 'nobody'"])
        try await cluster.reload()
        try await load("crash/commit", cluster, port: cluster.port, skipped: 3) { _ in
            try await cluster.connection().waitForWaiting("IPC", "SyncRep")
            try await cluster.stop(.immediate)
            try cluster.configure(["synchronous_standby_names = ''"])
        }
    }

    /// The answer to COMMIT is lost while the commit is still under way: what became of it can be told only by who has
    /// the job's lock, for until then the ledger shows the batch as missing.
    @Test func aCommitUnderWayWhenItsAnswerIsLost() async throws {
        let cluster = try await TestCluster.start()
        let folder = try SmallBatches.write(3)
        #expect(try await cluster.program(in: folder).run("run", ".").code == 0)
        let start = ContinuousClock.now
        let reference = try await Reference.load(SmallBatches.write())
        try cluster.configure(["synchronous_standby_names = 'nobody'"])
        try await cluster.reload()
        let proxy = try FaultProxy(to: .tcp(cluster.port))
        defer { proxy.stop() }
        let url = "postgresql://etl@127.0.0.1:\(proxy.port)/etl?sslmode=disable&gssencmode=disable"
        let program = Program(folder: reference.folder, environment: ["DATABASE_URL": url])
        let running = try program.start(Self.arguments)
        let observer = try cluster.connection()
        try await observer.waitForWaiting("IPC", "SyncRep")
        proxy.breakConnections()
        try await observer.waitForWaiting("Lock", "advisory")
        #expect(try observer.appliedCount() == 3)
        try cluster.configure(["synchronous_standby_names = ''"])
        try await cluster.reload()
        let outcome = try await running.outcome()
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(
            try outcome.report().batches.dropFirst(3).map(\.figures)
                == reference.batches.dropFirst(3).map(\.figures))
        let differs = try observer.fingerprint() != reference.fingerprint
        #expect(!differs, "the tables differ")
        Torture.print("commit under way", "5 batches, \(differs ? 1 : 0) differences", since: start)
    }

    /// As by the system when memory runs out: the server ends all sessions and recovers by itself.
    @Test func aKilledServerProcess() async throws {
        let cluster = try await TestCluster.start()
        let start = ContinuousClock.now
        let reference = try await Reference.load(SmallBatches.write())
        let holder = try cluster.connection()
        try holder.script("begin; lock table scores in share mode")
        let running = try cluster.program(in: reference.folder).start(Self.arguments)
        let observer = try cluster.connection()
        try await observer.waitForWaiting("Lock", "relation")
        let pid = try observer.value("select pid from pg_stat_activity where application_name = 'etl-job'")
        kill(try #require(Int32(pid)), SIGKILL)
        let outcome = try await running.outcome()
        holder.close()
        #expect(outcome.code == 0, "\(outcome.errors)")
        let differs = try cluster.connection().fingerprint() != reference.fingerprint
        #expect(!differs, "the tables differ")
        Torture.print("crash/server process", "5 batches, \(differs ? 1 : 0) differences", since: start)
    }

    /// Loads five batches while the server crashes.
    ///
    /// - Parameters:
    ///   - skipped: how many batches are applied already.
    ///   - crash: brings the server down at the right moment; it is started again after that.
    private func load(
        _ name: String, _ cluster: TestCluster, port: UInt16, skipped: Int = 0,
        _ crash: (RunningProgram) async throws -> Void
    ) async throws {
        let start = ContinuousClock.now
        let reference = try await Reference.load(SmallBatches.write())
        let url = "postgresql://etl@127.0.0.1:\(port)/etl?sslmode=disable&gssencmode=disable"
        let program = Program(folder: reference.folder, environment: ["DATABASE_URL": url])
        let running = try program.start(Self.arguments)
        try await crash(running)
        // For a while nobody listens at all.
        try await Task.sleep(for: .milliseconds(700))
        #expect(running.isRunning, "the job gave up: \(running.errors)")
        try await cluster.start()
        let outcome = try await running.outcome()
        #expect(outcome.code == 0, "\(outcome.errors)")
        let differs = try cluster.connection().fingerprint() != reference.fingerprint
        #expect(!differs, "the tables differ")
        if outcome.code == 0 {
            let report = try outcome.report()
            #expect(report.totals.skipped == skipped && report.totals.applied == 5 - skipped)
            #expect(
                report.batches.dropFirst(skipped).map(\.figures)
                    == reference.batches.dropFirst(skipped).map(\.figures))
        }
        Torture.print(name, "5 batches, \(differs ? 1 : 0) differences", since: start)
    }
}
