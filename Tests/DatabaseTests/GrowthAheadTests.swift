@testable import ETLCore
import Foundation
import Testing
import TestSupport

/// Whether forecasts come true: made at batch 40, compared with what the tables are later.
///
/// With `TORTURE=full` a thousand batches later, else a hundred.
@Suite(.serialized) struct GrowthAheadTests {
    private static let isFull = ProcessInfo.processInfo.environment["TORTURE"] == "full"

    /// Loads synthetic batches, and vacuums after every ten of them: when they come by the day, autovacuum does.
    private func load(
        _ database: TestDatabase, _ batches: Range<Int>, assets: Int, vacuumed: Bool = true
    ) throws {
        let generator = try SampleGenerator(
            outputFolder: database.folder, batches: batches.count, assets: assets, firstBatch: batches.lowerBound,
            overwrite: true)
        _ = try generator.generate()
        for last in batches where last % 10 == 9 || last == batches.upperBound - 1 {
            try database.run { $0.through = last }
            if vacuumed, last % 10 == 9 {
                try database.connection.execute(.init(name: "vacuum", sql: "vacuum (analyze)"))
            }
        }
    }

    /// - Parameter queried: during so many batches before the fortieth somebody reads on and on, which keeps the space
    ///   of dead rows from being used again.
    @Test(arguments: [0, 8]) func aForecastAtBatchFortyHolds(queried: Int) async throws {
        // A server of its own: also transactions in other databases keep space from being used again.
        try await PrivateServerFolder.use { folder in
            let database = try TestDatabase(at: await folder.server.start().connectionString)
            for change in ["alter system set autovacuum = off", "select pg_reload_conf()"] {
                try database.connection.execute(.init(name: "keep_still", sql: change))
            }
            try Migrator(session: database.session(), folder: TestServer.migrations).prepare()
            try compare(database, queried: queried)
        }
    }

    private func compare(_ database: TestDatabase, queried: Int) throws {
        let start = ContinuousClock.now
        let (further, assets) = (Self.isFull ? 1000 : 100, 400)
        try load(database, 0..<30, assets: assets)
        if queried > 0 {
            try database.connection.executeScript(
                .init(name: "read_on", sql: "begin isolation level repeatable read; select count(*) from scores"))
            try load(database, 30..<30 + queried, assets: assets, vacuumed: false)
            database.connection.rollback()
        }
        try load(database, 30 + queried..<40, assets: assets)
        let before = try database.session().growth()
        try load(database, 40..<(40 + further), assets: assets)
        let after = try database.session().growth()
        try GrowthMeasurementTests.expectExact(database)

        var figures: [String] = []
        for (early, late) in zip(before, after) where ["scores", TableGrowth.allTables].contains(early.table) {
            #expect(early.newest.batchID == 39 && late.newest.batchID == 39 + further && early.table == late.table)
            let rows = try #require(early.rows).value(after: further).value / Double(late.newest.rowCount) - 1
            let bytes = try #require(early.bytes).value(after: further).value / Double(late.newest.totalBytes) - 1
            // Heap and index alone, which is what scores has.
            let files =
                try #require(
                    GrowthForecast(
                        early.history.map {
                            .init(
                                batchID: $0.batchID, time: $0.time, value: Double($0.heapBytes + $0.indexBytes),
                                rows: Double($0.rowCount))
                        })
                ).value(after: further).value / Double(late.newest.heapBytes + late.newest.indexBytes) - 1
            for error in [rows, bytes, files] { #expect(abs(error) < 0.1, "\(early.table)") }
            // Rows have no pages: their interval holds what they became.
            let interval = try #require(early.rows).value(after: further)
            #expect(interval.low <= Double(late.newest.rowCount) && Double(late.newest.rowCount) <= interval.high)
            func percent(_ error: Double) -> String { (error < 0 ? "−" : "+") + decimal(abs(error) * 100, 2) + " %" }
            figures.append(
                "\(early.table) rows \(percent(rows)), bytes \(percent(bytes)), heap and index \(percent(files))")
        }
        #expect(figures.count == 2)
        let seconds = start.duration(to: .now).components.seconds
        FileHandle.standardOutput.write(
            Data(
                "torture: growth: forecast at batch 40\(queried > 0 ? " after a long query" : ""), \(further) batches later: \(figures.joined(separator: "; ")), \(seconds) s\n"
                    .utf8))
    }

    @Test func whenALimitIsReachedComesTrue() async throws {
        let database = try await TestDatabase()
        try load(database, 0..<40, assets: 50)
        let scores = try #require(try database.session().growth(table: "scores").first)
        let limit = Double(scores.newest.rowCount) * 2
        guard case .reached(let moment) = try #require(scores.rows).outlook(to: limit) else {
            Issue.record("not reached")
            return
        }
        try load(database, 40..<100, assets: 50)
        let reached = try database.value(
            "select min(as_of_batch_id) from scores_growth where row_count >= \(Int(limit))")
        let batch = try #require(Int(reached))
        #expect(moment.earliestBatchID <= batch && batch <= moment.latestBatchID ?? 0)
        #expect(abs(batch - moment.batchID) <= 2)
    }
}
