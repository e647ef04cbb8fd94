import Foundation
import PostgresClient
import Testing
import TestSupport

/// `etl-job growth`, on measurements that are the same in every run.
@Suite struct GrowthCommandTests {
    /// A database in which batches 3 to 27 were measured, a day apart; two of the tables grow.
    static func measured(_ batches: ClosedRange<Int> = 3...27) async throws -> (TestDatabase, Program) {
        let database = try await TestDatabase()
        try database.connection.executeScript(
            .init(
                name: "measure",
                sql: """
                    insert into table_growth
                    select
                        batch, name, rows, 8192 * ceil(rows / 60.0), 8192 * ceil(rows / 200.0), 8192,
                        case when name = 'scores' then batch * 10 end, case when name = 'scores' then 0.975 end,
                        timestamptz '2026-03-01 06:00+00' + batch * interval '1 day'
                    from generate_series(\(batches.lowerBound), \(batches.upperBound)) as batch,
                        lateral (values
                            ('scores', 390 * batch + batch * 7 % 5), ('percentile_snapshots', 1175 * batch),
                            ('window_assets', 1175), ('rejected_assets', 300 - 4 * batch)) as tables (name, rows)
                    """))
        return (database, Program(folder: database.folder, environment: ["DATABASE_URL": database.connectionString]))
    }

    @Test func theTextIsTheGoldenOne() async throws {
        let (_, program) = try await Self.measured()
        var text = ""
        for arguments in [
            ["growth"], ["growth", "--limit", "50GB", "--limit", "10,000,000 rows", "--limit", "1MB"],
            ["growth", "--table", "scores", "--batches", "5", "--limit", "12000rows"],
            ["growth", "--table", "window_assets", "--limit", "1175rows", "--limit", "1176rows"],
            ["growth", "--table", "rejected_assets", "--limit", "1GB", "--limit", "500rows"],
            ["growth", "--table", "percentile_snapshots", "--limit", "3MB", "--limit", "1PB"],
        ] {
            let outcome = try await program.run(arguments)
            #expect(outcome.code == 0, "\(arguments): \(outcome.errors)")
            text += "$ etl-job \(arguments.joined(separator: " "))\n\(outcome.output)\n"
        }
        let (_, young) = try await Self.measured(3...4)
        for arguments in [["growth", "--limit", "50GB"], ["growth", "--table", "scores", "--limit", "10000rows"]] {
            let outcome = try await young.run(arguments)
            #expect(outcome.code == 0)
            text += "$ etl-job \(arguments.joined(separator: " "))  # two batches\n\(outcome.output)\n"
        }
        if let difference = try goldenDifference(text, "growth.txt") { Issue.record("\(difference)") }
    }

    @Test func jsonHasEveryFigureUnrounded() async throws {
        let (database, program) = try await Self.measured()
        let outcome = try await program.run("growth", "--json", "--limit", "50GB", "--limit", "1000rows")
        let report = try outcome.json()
        let tables = try #require(report["tables"] as? [[String: Any]])
        #expect(
            tables.map { $0["table"] as? String } == [
                "percentile_snapshots", "rejected_assets", "scores", "window_assets", "(all)",
            ])
        for table in tables {
            #expect(
                Set(table.keys) == [
                    "table", "as_of_batch_id", "batches", "measured_at", "rows", "heap_bytes", "index_bytes",
                    "toast_bytes", "total_bytes", "dead_rows", "hot_update_share", "rows_per_batch",
                    "bytes_per_batch", "seconds_per_batch",
                ])
            #expect(table["seconds_per_batch"] as? Double == 86400 && table["batches"] as? Int == 20)
        }
        #expect(tables[0]["dead_rows"] is NSNull && tables[2]["hot_update_share"] as? Double == 0.975)
        // The slope that the server's own regression gives.
        let slope = try #require((tables[2]["rows_per_batch"] as? [String: Any])?["value"] as? Double)
        let expected = try database.value(
            "select regr_slope(row_count, as_of_batch_id) from scores_growth where as_of_batch_id > 7")
        #expect(abs(slope - (try #require(Double(expected)))) < 1e-9)
        let limits = try #require(report["limits"] as? [[String: Any]])
        #expect(limits.map { $0["outlook"] as? String } == ["reached", "passed"])
        #expect(limits[0]["batch_id"] as? Int ?? 0 > 27 && limits[1]["batch_id"] is NSNull)
        #expect(limits[0]["limit"] as? Double == 53_687_091_200 && limits[0]["unit"] as? String == "bytes")
    }

    @Test func whatIsNotThereHasItsExitCode() async throws {
        let database = try await TestDatabase()
        let empty = Program(folder: database.folder, environment: ["DATABASE_URL": database.connectionString])
        let nothing = try await empty.run("growth", "--limit", "50GB")
        #expect(nothing.code == 0 && nothing.output.hasPrefix("Nothing has been measured yet"))
        #expect(try await empty.run("growth", "--json").json()["tables"] as? [String] == [])

        let (_, program) = try await Self.measured()
        let unknown = try await program.run("growth", "--table", "scroes")
        #expect(unknown.code == 66 && unknown.errors.contains("percentile_snapshots, rejected_assets, scores"))
        #expect(try await program.run("growth", "--table", "(all)").code == 0)
        for limit in ["50", "GB", "50 apples", "-1GB", "0rows", "1e3rows", "infrows", "1.2.3GB"] {
            let wrong = try await program.run("growth", "--limit=\(limit)")
            #expect(wrong.code == 64 && wrong.errors.contains("50GB or 10000000rows"), "\(limit)")
        }
        #expect(try await program.run("growth", "--batches", "2").code == 64)
    }
}
