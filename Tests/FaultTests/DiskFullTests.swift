import Foundation
import PostgresClient
import Testing
import TestSupport

/// The disk of the server's tables fills up.
@Suite struct DiskFullTests {
    @Test func aFullDiskIs69AndNothingIsHalfDone() async throws {
        let disk = try await SmallDisk(megabytes: 48)
        let cluster = try await TestCluster.start()
        try cluster.give(disk.path)
        let connection = try cluster.connection()
        try connection.script("create tablespace small location '\(disk.path)'")
        connection.close()
        let elsewhere = try Connection(database: cluster.url(database: "postgres"))
        try elsewhere.script("alter database etl set tablespace small")

        let folder = try SmallBatches.write(3)
        let program = cluster.program(in: folder)
        #expect(try await program.run("run", ".").code == 0)
        let before = try cluster.connection().fingerprint()
        try writeLargeBatch(3, to: folder)
        try disk.fill(leaving: 1 << 20)
        let outcome = try await program.run("run", ".", "--retry-for", "2")
        #expect(outcome.code == 69, "\(outcome.errors)")
        #expect(outcome.errors.contains("disk is full") && outcome.errors.contains("make room"))
        #expect(outcome.errors.contains("batch 3"))
        #expect(try cluster.connection().fingerprint() == before)

        try disk.makeRoom()
        let second = try await program.run("run", ".", "--json")
        #expect(second.code == 0, "\(second.errors)")
        #expect(try second.report().totals.applied == 1)
        #expect(try await cluster.connection().fingerprint() == Reference.load(folder).fingerprint)
    }

    /// Writes a batch of some megabytes.
    private func writeLargeBatch(_ batch: Int, to folder: String) throws {
        var random = SeededRandom(seed: 7)
        let rows = (0..<20_000).map { number in
            TestAsset(ulid(1_000_000 + number), Double.random(in: 0...1, using: &random), "food").json
        }
        try Data("[\(rows.joined(separator: ",\n"))]".utf8)
            .write(to: URL(fileURLWithPath: "\(folder)/batch_\(batch).json"))
    }
}
