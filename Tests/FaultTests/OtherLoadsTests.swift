import ETLCore
import Foundation
import Synchronization
import Testing
import TestSupport

/// Loads of other kinds than the swept one recover as well: standard input, a rehearsal, all scores, large batches.
@Suite(.serialized) struct OtherLoadsTests {
    /// What was read from a pipe cannot be read again: it must have been kept.
    @Test func standardInput() async throws {
        let database = try await TestDatabase()
        let folder = try SmallBatches.write(1)
        let proxy = try FaultProxy(
            to: database.serverAddress, fault: Fault(.frontend, .type("d", 1), .after, .cut))
        defer { proxy.stop() }
        let job = try proxy.program(database, folder).start(
            ["run", "-", "--batch-id", "0", "--json"], input: .text(SmallBatches.json(0)))
        let outcome = try await job.outcome()
        #expect(outcome.code == 0 && proxy.hasFired, "\(outcome.errors)")
        let reference = try await Reference.load(folder)
        #expect(try outcome.report().batches.map(\.figures) == reference.batches.map(\.figures))
        #expect(try database.fingerprint() == reference.fingerprint)
    }

    @Test func aRehearsalIsReportedOnceAndLeavesNothing() async throws {
        let database = try await TestDatabase()
        let before = try database.fingerprint()
        let reference = try await Reference.load(SmallBatches.write())
        let proxy = try FaultProxy(
            to: database.serverAddress, fault: Fault(.frontend, .type("d", 4), .after, .cut))
        defer { proxy.stop() }
        let outcome = try await proxy.program(database, reference.folder).run("run", ".", "--dry-run", "--json")
        #expect(outcome.code == 0 && proxy.hasFired, "\(outcome.errors)")
        #expect(try outcome.report().batches.map(\.figures) == reference.batches.map(\.figures))
        #expect(try database.fingerprint() == before)
    }

    /// The session ends after the last answer of several statements, where the server would be ready for more.
    @Test func aSessionThatEndsBetweenStatements() async throws {
        let reference = try await Reference.load(SmallBatches.write())
        // The ready-for-query messages of the load, but for the one of the connection itself.
        for number in Torture.sample(Array(2...40), 6) {
            let database = try await TestDatabase()
            let count = Mutex(0)
            let fault = Fault(.backend, .type("Z", number), .after, .cut)
            let proxy = try FaultProxy(to: database.serverAddress, fault: fault) { message in
                guard message.direction == .backend, message.type == "Z" else { return message }
                let isLast = count.withLock { count in
                    count += 1
                    return count == number
                }
                return isLast ? message.replacedByTermination() : message
            }
            defer { proxy.stop() }
            let outcome = try await proxy.program(database, reference.folder).run("run", ".", "--json")
            #expect(outcome.code == 0 && proxy.hasFired, "\(number): \(outcome.errors)")
            if outcome.code == 0 {
                #expect(try outcome.report().batches.map(\.figures) == reference.batches.map(\.figures))
            }
            #expect(try database.fingerprint() == reference.fingerprint, "\(number): the tables differ")
            try await database.drop()
        }
    }

    @Test func allScoresRescored() async throws {
        let folder = try SmallBatches.write()
        let arguments = ["run", ".", "--rescore", "all"]
        try await expectRecovery(
            folder, arguments, faults: [Fault(.frontend, .text("update scores", 2), .after, .cut)])
    }

    /// The snapshots of a large batch get a partition of their own, filled and attached in the batch's transaction.
    @Test func aLargeBatch() async throws {
        let folder = try temporaryFolder()
        // The small ones make the partition of the batches below 100, so that the large one finds none.
        for batch in 98...99 { try SmallBatches.write(batch, to: folder) }
        let sample = ["sample", "large", "--batches", "1", "--assets", "100000"]
        #expect(try await Program(folder: folder).run(sample).code == 0)
        try FileManager.default.moveItem(atPath: "\(folder)/large/batch_0.json", toPath: "\(folder)/batch_100.json")
        try FileManager.default.removeItem(atPath: "\(folder)/large")
        let points = ["open_snapshot_partition", "create temporary table", "close_snapshot_partition"]
        let faults = points.flatMap { point in
            [Fault.Action.cut, .kill].map { Fault(.frontend, .text(point, 1), .after, $0) }
        }
        try await expectRecovery(folder, ["run", "."], faults: Torture.sample(faults, 1))
    }

    /// Loads a folder with each fault, and expects the tables of an undisturbed load.
    private func expectRecovery(_ folder: String, _ arguments: [String], faults: [Fault]) async throws {
        let undisturbed = try await TestDatabase()
        let program = Program(folder: folder, environment: ["DATABASE_URL": undisturbed.connectionString])
        #expect(try await program.run(arguments).code == 0)
        for fault in faults {
            let database = try await TestDatabase()
            let proxy = try FaultProxy(to: database.serverAddress, fault: fault)
            defer { proxy.stop() }
            let job = try proxy.program(database, folder).start(arguments)
            proxy.setVictim(job)
            var outcome = try await job.outcome()
            #expect(proxy.hasFired, "\(fault)")
            if case .kill = fault.action {
                #expect(outcome.code == 1009)
                outcome = try await proxy.program(database, folder).run(arguments)
            }
            #expect(outcome.code == 0, "\(fault): \(outcome.errors)")
            #expect(try database.fingerprint() == undisturbed.fingerprint(), "\(fault): the tables differ")
            try await database.drop()
        }
    }
}
