@testable import ETLCore
import Foundation
import PostgresClient
import Testing
import TestSupport

/// The views of rejections and of each batch's health.
@Suite struct BatchViewTests {
    /// Three batches of ten rows: one with three rejected rows and four reasons, a good one, an empty one.
    static func loaded() async throws -> TestDatabase {
        let database = try await TestDatabase()
        var rows = (0..<7).map { TestAsset(ulid($0), Double($0) / 10, "food").json }
        rows += [
            #"{"id": " \#(ulid(50).lowercased()) ", "score": "high", "industry": "boats"}"#,
            #"{"id": "\#(ulid(51))", "score": "low", "industry": "food"}"#, "17",
        ]
        try database.write("[\(rows.joined(separator: ","))]", batch: 3)
        try database.write(
            (10..<20).map { TestAsset(ulid($0), Double($0), "food") }.filter { $0.score <= 10 }, batch: 4)
        try database.write("[]", batch: 5)
        try database.run { ($0.maxRejectRatio, $0.allowsEmpty) = (0.5, true) }
        return database
    }

    @Test func rejectsByReasonCountsARowInEachOfItsReasons() async throws {
        let database = try await Self.loaded()
        #expect(
            try database.query("select * from rejects_by_reason order by batch_id, row_count desc, reason") == [
                ["3", "score_not_a_number", "2", "0.2"], ["3", "industry_unknown", "1", "0.1"],
                ["3", "not_an_object", "1", "0.1"],
            ])
    }

    @Test func batchHealthSaysWhatToLookAt() async throws {
        let database = try await Self.loaded()
        let query = """
            select batch_id, read_count, accepted_count, rejected_count, reject_ratio, window_first_batch_id,
                snapshot_count, drift_alarms, verdict, applied_at is not null and duration > interval '0'
            from batch_health order by batch_id
            """
        // Nothing was measured yet, whatever the job measures by itself.
        try database.connection.executeScript(
            .init(
                name: "forget_drift",
                sql: "alter table drift_measurements disable trigger user; delete from drift_measurements"))
        #expect(
            try database.query(query) == [
                ["3", "10", "7", "3", "0.3", "NULL", "0", "NULL", "look: 30.0 % of the rows were rejected", "t"],
                [
                    "4", "1", "1", "0", "0", "NULL", "0", "NULL",
                    "good; no percentiles yet, the first window is not full", "t",
                ],
                ["5", "0", "0", "0", "NULL", "3", "8", "NULL", "look: the batch had no rows", "t"],
            ])
        try database.connection.executeScript(.init(name: "alarm", sql: Self.measurements))
        #expect(
            try database.query("select drift_alarms, verdict from batch_health order by batch_id") == [
                ["{cars,food}", "look: 30.0 % of the rows were rejected; drift in cars, food"],
                ["{food}", "look: drift in food"], ["{}", "look: the batch had no rows"],
            ])
    }

    private static let measurements = """
        insert into drift_measurements (
            as_of_batch_id, industry, reference, reference_first_batch_id, reference_last_batch_id,
            current_first_batch_id, reference_count, current_count, alpha, minimum_effect, industry_count, drifted,
            is_alarm)
        select batch, industry, reference, 0, 1, 2, 1, 1, 0.01, 0.2, 4, is_alarm, is_alarm
        from (values
            (3, 'food', 'baseline', true), (3, 'food', 'preceding_window', true), (3, 'cars', 'baseline', true),
            (4, 'food', 'baseline', true), (4, 'cars', 'baseline', false), (5, 'cars', 'baseline', false)
        ) as measured (batch, industry, reference, is_alarm)
        """

    @Test func everyColumnOfEveryViewHasAComment() async throws {
        let database = try await TestDatabase()
        let silent = try database.query(
            """
            select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
            where c.relnamespace = 'public'::regnamespace and c.relkind = 'v' and col_description(c.oid, a.attnum) is null
            """)
        #expect(silent.isEmpty)
    }

    @Test func theReaderMayUseThem() async throws {
        let database = try await Self.loaded()
        for sql in [
            "select * from rejects_by_reason", "select * from batch_health",
            "select * from explain_percentile('\(ulid(1))')", "select * from asset_history('\(ulid(1))')",
        ] {
            #expect(try RolesTests.attempt(sql, as: "etl_reader", database) == nil, "\(sql)")
            #expect(try RolesTests.attempt(sql, as: "etl_writer", database) == nil, "\(sql)")
        }
    }

    @Test func rejectedRowsAreFoundByIndexAndIdsOfAnyLengthLoad() async throws {
        let database = try await Self.loaded()
        // Random, so that no compression makes it fit into an index entry.
        var random = SeededRandom(seed: 1)
        let long = String(
            (0..<20_000).map { _ in "0123456789abcdefghijklmnopqrstuvwxyzé".randomElement(using: &random) ?? "0" })
        try database.write(#"[{"id": "\#(long)", "score": 1, "industry": "food"}]"#, batch: 6)
        try database.run { $0.maxRejectRatio = 1 }
        let report = try database.session().asset(ulid(50), asOf: nil)
        #expect(report.score == nil && report.rejections.map(\.rowNumber) == [8])
        #expect(report.rejections.map(\.inWords) == ["its score is not a JSON number; its industry is not known"])
        try database.connection.executeScript(.init(name: "no_scan", sql: "set enable_seqscan = off"))
        let plan = try database.connection.execute(
            Statement(
                name: "explain_rejections",
                sql: "explain " + SQL.listAssetRejections.sql.replacing("$1", with: "'\(ulid(50))'")))
        let lines = try plan.map { try $0.get("\"QUERY PLAN\"", as: String.self) }
        #expect(lines.contains { $0.contains("rejected_rows_of_an_asset") }, "\(lines)")
    }
}
