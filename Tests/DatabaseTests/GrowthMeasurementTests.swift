@testable import ETLCore
import Foundation
import PostgresClient
import Testing
import TestSupport

/// What `table_growth` says after each batch, against the tables themselves.
@Suite struct GrowthMeasurementTests {
    static let tables = [
        "batch_distributions", "batches", "distribution_snapshots", "drift_measurements", "percentile_snapshots",
        "rejected_assets", "scores", "table_growth", "window_assets",
    ]

    /// Expects the newest measurement to be what counting every table gives, and its bytes to be the files' sizes.
    static func expectExact(_ database: TestDatabase, _ context: String = "") throws {
        let measured = try database.query(
            """
            select table_name, row_count from table_growth
            where as_of_batch_id = (select max(batch_id) from batches) order by table_name
            """)
        let counted = try tables.map { [$0, try database.value("select count(*) from \($0)")] }
        #expect(measured == counted, "\(context)")
    }

    private func load(
        _ database: TestDatabase, _ assets: [TestAsset], batch: Int, large: Bool = false,
        _ change: (inout RunOptions) -> Void = { _ in }
    ) throws {
        try database.write(assets, batch: batch)
        var job = try database.job {
            ($0.allowsGap, $0.allowsEmpty, $0.maxRejectRatio) = (true, true, 1)
            change(&$0)
        }
        if large { job.largeBatch = 1 }
        #expect(try job.run(BatchFolder.sources(at: database.folder)).batches.last?.status == .applied)
        try Self.expectExact(database, "batch \(batch)")
    }

    @Test func rowsAreExactAfterEveryKindOfLoad() async throws {
        let database = try await TestDatabase()
        func assets(_ numbers: Range<Int>, _ shift: Double = 0) -> [TestAsset] {
            numbers.map { TestAsset(ulid($0), Double($0 * 7 % 11) / 20 + shift, $0 % 3 == 0 ? "food" : "cars") }
        }
        try load(database, assets(0..<40), batch: 0)
        try load(database, assets(20..<60, 0.1), batch: 1)  // half of them scored again, before the window is full
        try load(database, assets(0..<70), batch: 2)
        try load(database, assets(0..<70), batch: 3)  // nothing new, same scores
        try load(database, assets(0..<10) + assets(5..<15, 0.2) + assets(5..<15, 0.3), batch: 4)  // duplicates
        try load(database, [], batch: 5)
        try load(database, [TestAsset("nonsense", 0.1, "food"), TestAsset(ulid(3), 0.1, "boats")], batch: 6)
        try load(database, assets(60..<100), batch: 99)  // after a gap
        try load(database, assets(90..<130, 0.4), batch: 100)  // into another partition
        try load(database, assets(120..<160), batch: 200, large: true)
        try load(database, assets(0..<30, 0.5) + assets(150..<170), batch: 201, large: true)
        try load(database, [], batch: 202, large: true)
        try load(database, assets(165..<180), batch: 203) { $0.rescore = .all }
        try load(database, assets(0..<5, 0.6) + assets(180..<182), batch: 300, large: true) { $0.rescore = .all }
        try load(database, assets(300..<310).map { TestAsset($0.id, 99999, "food") }, batch: 301)
        let newest = "select row_count from table_growth where table_name = 'scores' and as_of_batch_id = 301"
        #expect(try database.value(newest) == "182")
    }

    @Test func theRealBatchesAndARehearsalOfThem() async throws {
        let database = try await TestDatabase()
        for batch in 0..<8 {
            try FileManager.default.copyItem(
                atPath: "\(TestServer.repositoryRoot)/batches/batch_\(batch).json",
                toPath: "\(database.folder)/batch_\(batch).json")
        }
        try database.run { $0.isDryRun = true }
        #expect(try database.value("select count(*) from table_growth") == "0")
        for batch in 0..<8 {
            try database.run { $0.through = batch }
            try Self.expectExact(database, "batch \(batch)")
        }
    }
}
