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
}
