import ETLCore
import Foundation
import PostgresClient
import Testing
import TestSupport

/// The primary dies and a standby takes its place.
@Suite(.serialized) struct FailoverTests {
    private static let batches = Torture.isFull ? 60 : 30

    @Test func theJobGoesOnAtTheSynchronousStandby() async throws {
        let start = ContinuousClock.now
        let folder = try SmallBatches.write(Self.batches)
        let reference = try await Reference.load(folder)
        let primary = try await TestCluster.start()
        let standby = try await primary.standby(name: "standby")
        try primary.configure(["synchronous_standby_names = 'standby'"])
        try await primary.reload()
        let connection = try primary.connection()
        try await wait("the standby is synchronous") {
            try connection.value("select count(*) from pg_stat_replication where sync_state = 'sync'") == "1"
        }

        let running = try primary.program(in: folder, or: standby).start(["run", ".", "--json"])
        try await wait("some batches are applied") { try connection.appliedCount() >= 10 }
        #expect(try connection.appliedCount() < Self.batches, "the load was over before the failover")
        try await primary.stop(.immediate)
        try await standby.promote()

        let outcome = try await running.outcome()
        #expect(outcome.code == 0, "\(outcome.errors)")
        let differs = try standby.connection().fingerprint() != reference.fingerprint
        #expect(!differs, "the tables differ")
        #expect(try outcome.report().batches.map(\.figures) == reference.batches.map(\.figures))
        Torture.print("failover/synchronous", "\(Self.batches) batches, \(differs ? 1 : 0) differences", since: start)
    }

    @Test func theNextRunLoadsWhatAnAsynchronousStandbyHadNotReceived() async throws {
        let start = ContinuousClock.now
        let (primary, standby, folder) = try await Self.laggingStandby(after: 6)
        for batch in 6..<10 { try SmallBatches.write(batch, to: folder) }
        let reference = try await Reference.load(folder)
        let program = primary.program(in: folder, or: standby)
        let lost = try await program.run("run", ".", "--json")
        #expect(try lost.report().totals.applied == 4)
        #expect(try primary.connection().fingerprint() == reference.fingerprint)
        try await Self.failOver(from: primary, to: standby)
        #expect(try standby.connection().appliedCount() == 6)

        let outcome = try await program.run("run", ".", "--json")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let totals = try outcome.report().totals
        #expect(totals.applied == 4 && totals.skipped == 6)
        let differs = try standby.connection().fingerprint() != reference.fingerprint
        #expect(!differs, "the tables differ")
        Torture.print("failover/asynchronous", "4 batches lost, \(differs ? 1 : 0) differences", since: start)
    }

    @Test func theSameRunLoadsWhatAnAsynchronousStandbyHadNotReceived() async throws {
        let start = ContinuousClock.now
        let (primary, standby, folder) = try await Self.laggingStandby(after: 6)
        for batch in 6..<Self.batches { try SmallBatches.write(batch, to: folder) }
        let reference = try await Reference.load(folder)
        let connection = try primary.connection()
        let running = try primary.program(in: folder, or: standby).start(["run", ".", "--json"])
        try await wait("some batches are applied") { try connection.appliedCount() >= 10 }
        #expect(try connection.appliedCount() < Self.batches, "the load was over before the failover")
        try await Self.failOver(from: primary, to: standby)

        let outcome = try await running.outcome()
        #expect(outcome.code == 0, "\(outcome.errors)")
        let report = try outcome.report()
        #expect(report.totals.applied == Self.batches - 6 && report.totals.skipped == 6)
        #expect(report.batches.map(\.batchID) == Array(0..<Self.batches))
        #expect(report.batches.dropFirst(6).map(\.figures) == reference.batches.dropFirst(6).map(\.figures))
        let differs = try standby.connection().fingerprint() != reference.fingerprint
        #expect(!differs, "the tables differ")
        Torture.print(
            "failover/asynchronous, same run", "\(Self.batches) batches, \(differs ? 1 : 0) differences", since: start)
    }

    /// A primary with some batches applied, and a standby that has these and will receive no more.
    private static func laggingStandby(
        after count: Int
    ) async throws -> (primary: TestCluster, standby: TestCluster, folder: String) {
        let folder = try SmallBatches.write(count)
        let primary = try await TestCluster.start()
        let standby = try await primary.standby(name: "standby")
        #expect(try await primary.program(in: folder, or: standby).run("run", ".").code == 0)
        let position = try primary.connection().value("select pg_current_wal_lsn()")
        let replica = try standby.connection()
        try await wait("the standby has all") {
            try replica.value("select pg_last_wal_replay_lsn() >= '\(position)'::pg_lsn") == "t"
        }
        replica.close()
        try await standby.stop(.fast)
        return (primary, standby, folder)
    }

    /// The primary crashes with what only it has; the standby takes its place.
    private static func failOver(from primary: TestCluster, to standby: TestCluster) async throws {
        try await primary.stop(.immediate)
        try standby.configure(["primary_conninfo = ''"])
        try await standby.start()
        try await standby.promote()
    }
}
