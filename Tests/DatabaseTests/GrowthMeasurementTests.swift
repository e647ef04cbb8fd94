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

    @Test func aSchemaWithHistoryIsCountedOnce() async throws {
        let loaded = try await RunTests.loaded(5)
        let old = try await Self.beforeTheMigration(loaded)
        try Migrator(session: old.session(), folder: TestServer.migrations).apply()
        #expect(try old.session().growth().isEmpty)
        for batch in 5..<8 {
            try old.write(RunTests.assets(batch, 20) + RunTests.assets(batch - 4), batch: batch)
            try old.run()
            try Self.expectExact(old, "batch \(batch)")
        }
        #expect(try old.value("select count(distinct as_of_batch_id) from table_growth") == "3")
    }

    /// A database as it was before distributions, drift and growth were measured, with the tables of another one.
    static func beforeTheMigration(_ loaded: TestDatabase) async throws -> TestDatabase {
        let old = try TestDatabase(at: await TestServer.shared.emptyDatabase())
        let folder = try temporaryFolder()
        for file in try TestServer.migrations.read().prefix(13) {
            try Data(file.sql.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file.fileName)"))
        }
        try Migrator(session: old.session(), folder: MigrationFolder(path: folder)).apply()
        try old.connection.executeScript(.init(name: "partition", sql: "select ensure_snapshot_partition(0)"))
        for table in ["batches", "batch_distributions", "rejected_assets", "scores", "percentile_snapshots"] {
            try old.connection.copyIn(.init(name: "copy_in", sql: "copy \(table) from stdin")) { send in
                let source = Statement(name: "copy_out", sql: "copy (select * from \(table)) to stdout")
                _ = try loaded.connection.copyOut(source) { try send($0) }
            }
        }
        try old.connection.copyIn(.init(name: "copy_in", sql: "copy window_assets from stdin")) { send in
            let source = Statement(name: "copy_out", sql: "copy window_assets to stdout")
            _ = try loaded.connection.copyOut(source) { try send($0) }
        }
        return old
    }

    @Test func noTableIsCountedWholeOnceItWasMeasured() async throws {
        let database = try await RunTests.loaded(4)
        let session = try database.session()
        func counts(after batch: Int?) throws -> [String] {
            try session.rolledBackTransaction {
                let explain = Statement(
                    name: "explain", sql: "explain (analyze, costs off, timing off) \(SQL.measureGrowth.sql)")
                let parameters: [any PostgresEncodable] = [batch == nil ? 8 : 4, batch, 1, 1, 1, 1, 1, 1]
                return try session.connection.execute(explain, parameters).map { try $0.get("\"QUERY PLAN\"") }
            }
        }
        func executed(_ table: String, _ plan: [String]) -> Bool {
            plan.contains { $0.contains(" on \(table)") && !$0.contains("never executed") }
        }
        let tables = ["scores", "percentile_snapshots_0_99", "rejected_assets", "batch_distributions", "window_assets"]
        let (first, later) = (try counts(after: nil), try counts(after: 3))
        for table in tables {
            #expect(executed(table, first), "\(table) is not counted at first")
            #expect(!executed(table, later), "\(table) is counted again")
            #expect(later.contains { $0.contains(" on \(table)") })
        }
    }

    @Test func bytesAndStatisticsAreTheServers() async throws {
        let database = try await TestDatabase()
        try database.connection.executeScript(
            .init(name: "keep_still", sql: "alter table scores set (autovacuum_enabled = off)"))
        for batch in 0..<5 {
            let again = batch == 0 ? [] : RunTests.assets(0, 20)
            try database.write(RunTests.assets(batch, 60) + again, batch: batch)
            if batch < 4 { try database.run() }
        }
        let statistics = """
            select n_dead_tup, n_tup_hot_upd / nullif(n_tup_upd, 0)::double precision, n_tup_upd
            from pg_stat_user_tables where relname = 'scores'
            """
        // A session hands in its statistics when it ends, a moment after it was left.
        var before = try database.query(statistics)[0]
        while true {
            try await Task.sleep(for: .milliseconds(300))
            let now = try database.query(statistics)[0]
            if now == before, (Int(now[2]) ?? 0) > 0 { break }
            before = now
        }
        try database.run()
        #expect(
            try database.query(
                """
                select dead_rows, hot_update_share from table_growth
                where table_name = 'scores' and as_of_batch_id = 4
                """) == [Array(before.prefix(2))])
        #expect(
            try database.query(
                """
                select bool_and(total_bytes = pg_total_relation_size('scores')),
                    bool_and(index_bytes = pg_relation_size('one_score_per_asset'))
                from scores_growth where as_of_batch_id = 4
                """) == [["t", "t"]])
        #expect(
            try database.query(
                """
                select total_bytes, pg_total_relation_size('percentile_snapshots_0_99'), toast_bytes > 0
                from growth_history where table_name = 'percentile_snapshots' and as_of_batch_id = 4
                """
            ).allSatisfy { $0[0] == $0[1] && $0[2] == "t" })
        #expect(
            try database.query(
                """
                select row_count, new_rows, heap_bytes + index_bytes + toast_bytes = total_bytes,
                    bytes_per_row = total_bytes / row_count::double precision
                from scores_growth where as_of_batch_id >= 3
                """) == [["240", "60", "t", "t"], ["300", "60", "t", "t"]])
        #expect(
            try database.value(
                """
                select bool_and(a.total_bytes = (
                    select sum(heap_bytes + index_bytes + toast_bytes) from table_growth as t
                    where t.as_of_batch_id = a.as_of_batch_id))
                from growth_history as a where table_name = '(all)'
                """) == "t")
    }

    @Test func measurementsStayAndEverybodyWithARoleMayReadThem() async throws {
        let database = try await RunTests.loaded(3)
        for change in ["delete from table_growth", "truncate table_growth", "update table_growth set row_count = 1"] {
            let error = #expect(throws: PostgresError.self) {
                try database.connection.execute(Statement(name: "change", sql: change))
            }
            #expect(error?.sqlState == "23001", "\(change)")
            for role in ["etl_writer", "etl_reader"] {
                #expect(try RolesTests.attempt(change, as: role, database) == "42501", "\(change)")
            }
        }
        for view in ["table_growth", "growth_history", "scores_growth"] {
            for role in ["etl_writer", "etl_reader"] {
                #expect(try RolesTests.attempt("select * from \(view)", as: role, database) == nil)
            }
        }
        let silent = """
            select attrelid::regclass, attname from pg_attribute
            where attrelid in ('growth_history'::regclass, 'scores_growth'::regclass) and attnum > 0
                and col_description(attrelid, attnum) is null
            """
        #expect(try database.query(silent).isEmpty)
    }
}
