@testable import ETLCore
import Foundation
import Testing
import TestSupport

/// Percentiles against a brute-force count, equal to the last bit.
@Suite struct PercentileTests {
    static let industries = ["clothing", "food", "cars", "hair care"]

    /// Batches with ties, one-asset industries, re-scored assets, zeros of both signs, denormals and full precision.
    static func batches(seed: UInt64, count: Int = 6, size: Int = 60) -> [[TestAsset]] {
        var random = SeededRandom(seed: seed)
        var known: [String] = []
        return (0..<count).map { batch in
            var ids: Set<String> = []
            return (0..<size).map { row in
                var id = ulid(batch * 1000 + row)
                if !known.isEmpty, Double.random(in: 0..<1, using: &random) < 0.25 {
                    id = known.randomElement(using: &random) ?? id
                }
                if !ids.insert(id).inserted {
                    id = ulid(500_000 + batch * 1000 + row)
                    ids.insert(id)
                }
                known.append(id)
                let score: Double =
                    switch Int.random(in: 0..<8, using: &random) {
                    case 0: 0.0
                    case 1: Double.leastNonzeroMagnitude * Double(Int.random(in: 1...3, using: &random))
                    case 2, 3: Double(Int.random(in: -5...5, using: &random)) / 10
                    case 4: Double.random(in: -10...10, using: &random)
                    case 5: 10
                    default: (Double.random(in: 0..<1, using: &random) * 100).rounded() / 100
                    }
                // Cars have one asset in a batch, so that a window of one batch ranks a single asset.
                return TestAsset(id, score, row == 0 ? "cars" : Self.industries[[0, 1, 3][row % 3]])
            }
        }
    }

    static func expectEqual(_ database: TestDatabase, _ expected: BruteForce.Result) throws {
        var snapshots: [Int: [String: Double]] = [:]
        for row in try database.query("select as_of_batch_id, id, percentile from percentile_snapshots") {
            snapshots[try #require(Int(row[0])), default: [:]][row[1]] = Double(row[2])
        }
        #expect(snapshots == expected.snapshots)
        var scores: [String: Double?] = [:]
        for row in try database.query("select id, percentile from scores") { scores[row[0]] = .some(Double(row[1])) }
        #expect(scores == expected.scores)
    }

    @Test(arguments: PercentileMethod.allCases, [UInt64(1), 2])
    func percentilesEqualABruteForceCount(method: PercentileMethod, seed: UInt64) async throws {
        let database = try await TestDatabase()
        let batches = Self.batches(seed: seed)
        for (number, batch) in batches.enumerated() { try database.write(batch, batch: number) }
        try database.run { $0.percentileMethod = method }
        try Self.expectEqual(database, BruteForce.load(batches, method: method))
    }

    /// Large batches take another way into the same tables: each a partition of its own, filled before its index.
    @Test(arguments: [PercentileMethod.percentRank, .midRank])
    func largeBatchesGiveTheSameTables(method: PercentileMethod) async throws {
        let (small, large) = (try await TestDatabase(), try await TestDatabase())
        let batches = Self.batches(seed: 6)
        for (number, batch) in batches.enumerated() {
            try small.write(batch, batch: number)
            try large.write(batch, batch: number)
        }
        try small.run { $0.percentileMethod = method }
        // Batches 3 and 5 count as large; the others go where the ranges between them leave room.
        for (number, batch) in batches.enumerated() {
            var job = try large.job {
                $0.percentileMethod = method
                $0.through = number
            }
            job.largeBatch = number == 3 || number == 5 ? batch.count : .max
            if number == 3 { try Self.forgetPartitions(large) }
            _ = try job.run(BatchFolder.sources(at: large.folder))
        }
        try Self.expectEqual(large, BruteForce.load(batches, method: method))
        #expect(try large.fingerprint() == small.fingerprint())
    }

    /// Makes room for a partition of one batch: as if the ones before had been large too.
    private static func forgetPartitions(_ database: TestDatabase) throws {
        try database.connection.executeScript(
            .init(
                name: "split_partition",
                sql: """
                    alter table percentile_snapshots detach partition percentile_snapshots_0_99;
                    alter table percentile_snapshots_0_99 rename to percentile_snapshots_0_2;
                    alter table percentile_snapshots attach partition percentile_snapshots_0_2
                        for values from (0) to (3);
                    """))
    }

    @Test func aLargeBatchInADryRunKeepsNothing() async throws {
        let database = try await TestDatabase()
        for (number, batch) in Self.batches(seed: 7).enumerated() { try database.write(batch, batch: number) }
        let before = try database.fingerprint()
        var job = try database.job { $0.isDryRun = true }
        job.largeBatch = 1
        #expect(try job.run(BatchFolder.sources(at: database.folder)).totals.applied == 6)
        #expect(try database.fingerprint() == before)
        job = try database.job()
        job.largeBatch = 1
        _ = try job.run(BatchFolder.sources(at: database.folder))
        try Self.expectEqual(database, BruteForce.load(Self.batches(seed: 7)))
        #expect(
            try database.query(
                "select inhrelid::regclass::text from pg_inherits where inhparent = 'percentile_snapshots'::regclass order by 1"
            )
                == (2...5).map { ["percentile_snapshots_\($0)_\($0)"] })
        #expect(throws: (any Error).self) {
            try database.connection.executeScript(.init(name: "tamper", sql: "delete from percentile_snapshots_4_4"))
        }
    }

    @Test(arguments: [1, 2, 5, 7])
    func otherWindowSizes(size: Int) async throws {
        let database = try await TestDatabase()
        let batches = Self.batches(seed: 3)
        for (number, batch) in batches.enumerated() { try database.write(batch, batch: number) }
        try database.run { $0.windowSize = size }
        try Self.expectEqual(database, BruteForce.load(batches, windowSize: size))
    }

    @Test(arguments: PercentileMethod.allCases)
    func rescoreAllReexpressesEveryAssetEverScored(method: PercentileMethod) async throws {
        let database = try await TestDatabase()
        let batches = Self.batches(seed: 4)
        for (number, batch) in batches.enumerated() { try database.write(batch, batch: number) }
        try database.run {
            $0.rescore = .all
            $0.percentileMethod = method
        }
        try Self.expectEqual(database, BruteForce.load(batches, method: method, rescore: .all))
        // What was written by --rescore all is what scores_today computes when read.
        #expect(
            try database.value(
                """
                select count(*) from scores join scores_today using (id)
                where scores.percentile is distinct from scores_today.percentile
                """) == "0")
    }

    @Test func negativeZeroIsZero() async throws {
        let database = try await TestDatabase()
        for batch in 0..<3 {
            try database.write(
                #"[{"id":"\#(ulid(batch))","score":\#(["-0.0", "0", "0e5"][batch]),"industry":"food"}]"#, batch: batch)
        }
        try database.run()
        #expect(try database.query("select distinct score::text from scores") == [["0"]])
        #expect(
            try database.query("select score, sum(asset_count) from batch_distributions group by 1") == [["0", "3"]])
    }

    @Test func aRescoredAssetCountsTwiceAndIsSnapshotOnce() async throws {
        let database = try await TestDatabase()
        let batches = [
            [TestAsset(ulid(1), 0.1, "food"), TestAsset(ulid(2), 0.5, "food")],
            [TestAsset(ulid(1), 0.9, "cars")],
            [TestAsset(ulid(1), 0.7, "food")],
        ]
        for (number, batch) in batches.enumerated() { try database.write(batch, batch: number) }
        try database.run()
        #expect(
            try database.query("select id, scored_batch_id, percentile from percentile_snapshots order by id")
                == [[ulid(1), "2", "100"], [ulid(2), "0", "50"]])
        #expect(try database.value("select sum(asset_count) from batch_distributions") == "4")
    }

    @Test func thePromptFunctionsAgreeWithABruteForceCount() async throws {
        let database = try await TestDatabase()
        let batches = Self.batches(seed: 5)
        for (number, batch) in batches.enumerated() { try database.write(batch, batch: number) }
        try database.run { $0.percentileMethod = .averageRank }
        for asOf in 2..<batches.count {
            let window = batches[(asOf - 2)...asOf].flatMap { $0 }
            for (industry, score) in [("food", 0.3), ("cars", 0.0), ("clothing", 9.99), ("hair care", -11)] {
                let expected = BruteForce.percentile(
                    score, in: window.filter { $0.industry == industry }.map(\.score), .averageRank)
                let actual = try database.value("select percentile_at(\(score), ' \(industry.uppercased())', \(asOf))")
                #expect(Double(actual) == expected)
            }
        }
        #expect(try database.value("select percentile_at(0.3, 'food', 1)") == "NULL")
        #expect(try database.value("select percentile_at(0.3, 'boats')") == "NULL")
        let id = try database.value(
            "select id from percentile_snapshots group by id order by count(*) desc, id limit 1")
        #expect(
            try database.query("select as_of_batch_id, percentile from asset_history(lower(' \(id) '))")
                == database.query(
                    "select as_of_batch_id, percentile from percentile_snapshots where id = '\(id)' order by 1"))
    }
}
