import ETLCore
import Foundation
import PostgresClient
import Testing
import TestSupport

/// The primary dies and a standby takes its place.
@Suite(.serialized) struct FailoverTests {
    @Test func theJobGoesOnAtTheSynchronousStandby() async throws {
        let start = ContinuousClock.now
        let folder = try SmallBatches.write(60)
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
        try await wait("twenty batches are applied") { try connection.appliedCount() >= 20 }
        #expect(try connection.appliedCount() < 60, "the load was over before the failover")
        try await primary.stop(.immediate)
        try await standby.promote()

        let outcome = try await running.outcome()
        #expect(outcome.code == 0, "\(outcome.errors)")
        let differs = try standby.connection().fingerprint() != reference.fingerprint
        #expect(!differs, "the tables differ")
        #expect(try outcome.report().batches.map(\.figures) == reference.batches.map(\.figures))
        Torture.print("failover/synchronous", "60 batches, \(differs ? 1 : 0) differences", since: start)
    }

    @Test func theNextRunLoadsWhatAnAsynchronousStandbyHadNotReceived() async throws {
        let start = ContinuousClock.now
        let folder = try SmallBatches.write(6)
        let primary = try await TestCluster.start()
        let standby = try await primary.standby(name: "standby")
        let program = primary.program(in: folder, or: standby)
        #expect(try await program.run("run", ".").code == 0)
        let position = try primary.connection().value("select pg_current_wal_lsn()")
        let replica = try standby.connection()
        try await wait("the standby has all") {
            try replica.value("select pg_last_wal_replay_lsn() >= '\(position)'::pg_lsn") == "t"
        }
        replica.close()
        try await standby.stop(.fast)

        for batch in 6..<10 { try SmallBatches.write(batch, to: folder) }
        let reference = try await Reference.load(folder)
        let lost = try await program.run("run", ".", "--json")
        #expect(try lost.report().totals.applied == 4)
        #expect(try primary.connection().fingerprint() == reference.fingerprint)
        try await primary.stop(.immediate)
        try standby.configure(["primary_conninfo = ''"])
        try await standby.start()
        try await standby.promote()
        #expect(try standby.connection().appliedCount() == 6)

        let outcome = try await program.run("run", ".", "--json")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let totals = try outcome.report().totals
        #expect(totals.applied == 4 && totals.skipped == 6)
        let differs = try standby.connection().fingerprint() != reference.fingerprint
        #expect(!differs, "the tables differ")
        Torture.print("failover/asynchronous", "4 batches lost, \(differs ? 1 : 0) differences", since: start)
    }
}
