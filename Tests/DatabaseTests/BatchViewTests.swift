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

    @Test func moreRejectsThanUsualAreThoseOfTheRule() async throws {
        let database = try await TestDatabase()
        var random = SeededRandom(seed: 5)
        var counts: [RejectRule.Count] = []
        for index in 0..<2000 {
            let read = [0, 1, 7, 40, 400, 400, 5_000, 2_000_000].randomElement(using: &random) ?? 0
            let factor = index % 7 == 0 ? Double.random(in: 1...5, using: &random) : 1
            let share = Double.random(in: 0...0.04, using: &random) * factor
            counts.append(.init(read: read, rejected: index < 60 ? 0 : Int(Double(read) * share)))
        }
        let values = counts.enumerated().map { index, count in
            // Gaps between the numbers of batches are no batches.
            "(\(3 * index), \(count.read), \(count.rejected))"
        }
        try database.connection.executeScript(
            .init(
                name: "random_ledger",
                sql: """
                    insert into batches (
                        batch_id, source, content_sha256, read_count, accepted_count, rejected_count, byte_size,
                        window_size, percentile_method, rescore, score_minimum, score_maximum, snapshot_count,
                        snapshot_checksum, duration, job_version)
                    select
                        batch_id, '-', repeat('0', 64), read_count, read_count - rejected_count, rejected_count, 0, 3,
                        'percent_rank', 'window', 0, 10, 0, 0, interval '1 second', '-'
                    from (values \(values.joined(separator: ", "))) as v (batch_id, read_count, rejected_count)
                    """))
        let expected = counts.indices.map { index in
            RejectRule.isUnusual(counts[index], after: Array(counts.prefix(index)))
        }
        #expect(expected.filter(\.self).count > 10)
        let told = try database.query("select coalesce(rejects_unusual, false) from batch_health order by batch_id")
        #expect(told == expected.map { [$0 ? "t" : "f"] })
        let verdicts = try database.query(
            "select verdict like '%more than usual%' from batch_health where accepted_count > 0 order by batch_id")
        #expect(verdicts == zip(counts, expected).filter { $0.0.read > $0.0.rejected }.map { [$0.1 ? "t" : "f"] })
        let untold = try database.value(
            "select count(*) from batch_rejects where is_unusual is null and read_count > 0")
        #expect(Int(untold) ?? 0 > 3)
    }

    @Test func binomialTailsAreThoseOfTheRule() async throws {
        let database = try await TestDatabase()
        for (count, trials, probability) in [
            (9, 10, 0.5), (1, 1, 0.001), (30, 400, 0.02), (400, 400, 0.02), (60_000, 2_000_000, 0.0295), (5, 10, 0.5),
            (300, 400, 0.001), (2_000_000, 2_000_000, 0.01),
        ] {
            let value = try database.value("select binomial_tail(\(count), \(trials), \(probability))")
            let told: Double = try #require(Double(value))
            let expected = RejectRule.chance(ofAtLeast: count, of: trials, at: probability)
            #expect(abs(told - expected) <= 1e-8 * expected + 1e-280, "\(count) of \(trials)")
        }
    }

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
            "select * from rejects_by_reason", "select * from batch_health", "select * from batch_rejects",
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
