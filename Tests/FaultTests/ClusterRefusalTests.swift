import Foundation
import PostgresClient
import Testing
import TestSupport

/// Refusals that take a server of their own: passwords over TCP, and a standby.
@Suite(.serialized) struct ClusterRefusalTests {
    @Test func aWrongPasswordIs69AtOnceAndIsNotShown() async throws {
        let cluster = try await TestCluster.start()
        try cluster.connection().script("create role clerk login password 'r1ght' in role etl")
        try cluster.authenticate(["host all clerk 127.0.0.1/32 scram-sha-256"])
        try await cluster.reload()
        let folder = try SmallBatches.write(1)
        var program = cluster.program(in: folder)
        program.environment["DATABASE_URL"] = cluster.url(user: "clerk", password: "s3cret")
        let start = ContinuousClock.now
        let outcome = try await program.run("run", ".", "--log-level", "debug")
        #expect(start.duration(to: .now) < .seconds(20))
        #expect(outcome.code == 69, "\(outcome.errors)")
        #expect(outcome.errors.contains("clerk") && outcome.errors.contains("password"))
        #expect(!(outcome.errors + outcome.output).contains("s3cret"))
        program.environment["DATABASE_URL"] = cluster.url(user: "clerk", password: "r1ght")
        let right = try await program.run("run", ".", "--log-level", "debug")
        #expect(right.code == 0, "\(right.errors)")
        #expect(!(right.errors + right.output).contains("r1ght"))
    }

    @Test func aStandbyIs75() async throws {
        let primary = try await TestCluster.start()
        let standby = try await primary.standby(name: "standby")
        let folder = try SmallBatches.write(1)
        let before = try primary.connection().fingerprint()
        let outcome = try await standby.program(in: folder).run("run", ".", "--retry-for", "2")
        #expect(outcome.code == 75, "\(outcome.errors)")
        #expect(outcome.errors.contains("read-only") || outcome.errors.contains("standby"))
        #expect(try primary.connection().fingerprint() == before)
        let doctor = try await standby.program(in: folder).run("doctor")
        #expect(doctor.code == 78 && doctor.output.contains("BAD   writes"), "\(doctor.errors)\(doctor.output)")
        // The very same command, once the standby is promoted meanwhile.
        let running = try standby.program(in: folder).start(["run", ".", "--retry-for", "60"])
        try await Task.sleep(for: .milliseconds(500))
        try await standby.promote()
        let recovered = try await running.outcome()
        #expect(recovered.code == 0, "\(recovered.errors)")
        #expect(try standby.connection().appliedCount() == 1)
    }

    /// Whoever reads may do so at a standby, as at Aurora's reader endpoint; the doctor says there what does not work.
    @Test func aStandbyServesAllThatOnlyReads() async throws {
        let primary = try await TestCluster.start()
        let folder = try SmallBatches.write(4)
        #expect(try await primary.program(in: folder).run("run", ".").code == 0)
        let standby = try await primary.standby(name: "standby")
        let position = try primary.connection().value("select pg_current_wal_lsn()")
        let replica = try standby.connection()
        try await wait("the standby has all") {
            try replica.value("select pg_last_wal_replay_lsn() >= '\(position)'::pg_lsn") == "t"
        }
        let program = standby.program(in: folder)
        for arguments in [
            ["status"], ["verify", "--sources", "."], ["drift"], ["drift", "pin", "--show"], ["growth"], ["rejects"],
            ["movers"],
            ["asset", ulid(300)], ["percentile", "0.5", "--industry", "food"], ["report"], ["export", "out"],
            ["migrate", "status"],
        ] {
            let outcome = try await program.run(arguments)
            #expect(outcome.code == 0, "\(arguments): \(outcome.errors)")
        }
        let doctor = try await program.run("doctor", "--log-format", "json")
        #expect(doctor.code == 78, "\(doctor.errors)")
        #expect(doctor.output.contains("BAD   writes") && doctor.output.contains("good  rights"), "\(doctor.output)")
        #expect(!doctor.output.contains("staging"))
        #expect(try doctor.events("doctor_finished").map { $0["bad"] as? Int } == [1])
    }

    /// A name that still leads to the old writer: every host will do, and this one accepts no writes.
    @Test func aStaleWriterIs75() async throws {
        let primary = try await TestCluster.start()
        let standby = try await primary.standby(name: "standby")
        let folder = try SmallBatches.write(1)
        var program = standby.program(in: folder)
        program.environment["DATABASE_URL"] = standby.url() + "?target_session_attrs=any"
        let outcome = try await program.run("run", ".", "--retry-for", "2", "--log-format", "json")
        #expect(outcome.code == 75 && outcome.errors.contains("25006"), "\(outcome.errors)")
        #expect(try outcome.events("run_finished").map { $0["exit_code"] as? Int } == [75])
        let running = try program.start(["run", ".", "--retry-for", "60"])
        try await wait("it is tried again") { running.errors.contains("trying again") }
        try await standby.promote()
        let recovered = try await running.outcome()
        #expect(recovered.code == 0, "\(recovered.errors)")
    }
}
