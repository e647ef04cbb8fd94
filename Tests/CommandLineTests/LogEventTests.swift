import Foundation
import PostgresClient
import Testing
import TestSupport

/// The events of a JSON log: every line an object, every figure a number, one end of every run.
@Suite struct LogEventTests {
    private static let json = ["--log-format", "json"]
    private static let counts = [
        "exit_code", "applied", "skipped", "read", "accepted", "rejected", "snapshots", "drift_alarms",
    ]

    /// The one event of a run's end, its types looked at.
    private static func end(
        _ outcome: Program.Outcome, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [String: Any] {
        let ends = try outcome.events("run_finished")
        #expect(ends.count == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
        let end = try #require(ends.first)
        for key in counts { #expect(end[key] is Int, "\(key): \(end)", sourceLocation: sourceLocation) }
        for key in ["seconds", "reject_ratio"] {
            #expect(end[key] is Double, "\(key): \(end)", sourceLocation: sourceLocation)
        }
        for key in ["newest_batch_id", "scores_rows", "total_bytes", "waiting_rows"] {
            #expect(end[key] is Int || end[key] is NSNull, "\(key): \(end)", sourceLocation: sourceLocation)
        }
        #expect(end["exit_code"] as? Int == Int(outcome.code), sourceLocation: sourceLocation)
        #expect((end["error"] is String) == (outcome.code != 0), "\(end)", sourceLocation: sourceLocation)
        #expect(end["message"] as? String == end["error"] as? String ?? "run finished", sourceLocation: sourceLocation)
        return end
    }

    @Test func tellWhatARunDid() async throws {
        let (database, program) = try await OutputTests.sampled(1)
        // A log that shows least has them too.
        let outcome = try await program.run(
            ["run", ".", "--through", "4", "--json", "--log-level", "error"] + Self.json)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let report = try #require(try outcome.json()["batches"] as? [[String: Any]]).filter {
            $0["status"] as? String == "applied"
        }
        let batches = try outcome.events("batch_applied")
        #expect(batches.count == 4 && report.count == 4)
        for (batch, expected) in zip(batches, report) {
            for key in ["batch_id", "read", "accepted", "rejected", "snapshots"] {
                #expect(batch[key] as? Int != nil && batch[key] as? Int == expected[key] as? Int, "\(key)")
            }
            #expect(batch["source"] as? String == expected["source"] as? String)
            #expect(batch["reasons"] as? [String: Int] == expected["reasons"] as? [String: Int])
            #expect(batch["window"] as? [Int] == expected["window"] as? [Int])
            #expect(batch["window"] is [Int] || batch["window"] is NSNull)
            #expect(batch["drift_alarms"] as? [String] == expected["drift_alarms"] as? [String])
            #expect(batch["seconds"] is Double)
        }
        let end = try Self.end(outcome)
        let read = batches.compactMap { $0["read"] as? Int }.reduce(0, +)
        let rejected = batches.compactMap { $0["rejected"] as? Int }.reduce(0, +)
        #expect(end["applied"] as? Int == 4 && end["skipped"] as? Int == 1 && end["read"] as? Int == read)
        #expect(end["reject_ratio"] as? Double == Double(rejected) / Double(read))
        #expect(end["newest_batch_id"] as? Int == 4)
        #expect("\(try #require(end["scores_rows"]))" == (try database.value("select count(*) from scores")))
        let bytes = try database.value(
            """
            select sum(heap_bytes + index_bytes + toast_bytes) from table_growth where as_of_batch_id = 4
            """)
        #expect("\(try #require(end["total_bytes"]))" == bytes)
        let again = try Self.end(try await program.run(["run", ".", "--through", "4"] + Self.json))
        #expect(again["applied"] as? Int == 0 && again["skipped"] as? Int == 5 && again["reject_ratio"] as? Double == 0)
    }

    @Test func aDryRunAppliesNothing() async throws {
        let (_, program) = try await OutputTests.sampled(1)
        let outcome = try await program.run(["run", ".", "--through", "2", "--dry-run"] + Self.json)
        let end = try Self.end(outcome)
        #expect(end["dry_run"] as? Bool == true && end["newest_batch_id"] as? Int == 0 && end["applied"] as? Int == 2)
        #expect(try outcome.events("batch_applied").isEmpty && outcome.events("batch_rehearsed").count == 2)
    }

    @Test func aRunThatFailsEndsOnceToo() async throws {
        let (database, program) = try await ExitCodeTests.prepared(batches: 3)
        try database.write("[", batch: 3)
        let refused = try Self.end(try await program.run(["run", "."] + Self.json))
        #expect(refused["applied"] as? Int == 3 && refused["newest_batch_id"] as? Int == 2)
        #expect(refused["scores_rows"] is Int)
        let failures: [([String], Int32)] = [
            (["run", "nowhere"], 66), (["run", ".", "--schema", "elsewhere"], 78),
            (["run", ".", "--metrics-file", "/nowhere/x.prom"], 78),
            (["run", ".", "--report", "/nowhere/x.html"], 78),
            (["run", ".", "--database-url", "postgresql://me:s3cret@127.0.0.1:1/none"], 69),
            (["run", ".", "--database-url", "postgresql://me:s3cret"], 78),
            (["run", ".", "--password-command", "false"], 78),
        ]
        for (arguments, code) in failures {
            let outcome = try await program.run(arguments + Self.json)
            #expect(outcome.code == code, "\(arguments): \(outcome.errors)")
            let end = try Self.end(outcome)
            #expect(end["total_bytes"] is NSNull && end["applied"] as? Int == 0)
            outcome.expectNothing(of: ["s3cret"], "\(arguments)")
        }
        let bare = try await Program(folder: database.folder).run(["run", "."] + Self.json)
        #expect(bare.code == 78)
        _ = try Self.end(bare)
    }

    @Test func whatCannotBeParsedIsJSONToo() async throws {
        let (_, program) = try await ExitCodeTests.prepared()
        for arguments in [["run", "--no-such"], ["run", "--window-size", "0"], ["rn"]] {
            for format in [["--log-format", "json"], ["--log-format=json"]] {
                let outcome = try await program.run(arguments + format)
                let ends = try outcome.events("command_finished")
                #expect(outcome.code == 64 && ends.count == 1 && ends[0]["exit_code"] as? Int == 64)
                #expect(ends[0]["command"] as? String == (arguments[0] == "run" ? "run" : nil))
            }
        }
    }

    @Test func otherCommandsTellHowTheyEnd() async throws {
        let (database, program) = try await OutputTests.sampled(4)
        let verified = try #require(try await program.run(["verify"] + Self.json).events("verify_finished").first)
        #expect(verified["exit_code"] as? Int == 0 && verified["differences"] as? Int == 0)
        #expect(verified["seconds"] is Double)
        try database.connection.script("update scores set percentile = 3")
        let differs = try await program.run(["verify"] + Self.json)
        let event = try #require(try differs.events("verify_finished").first)
        #expect(differs.code == 1 && event["exit_code"] as? Int == 1)
        #expect((event["differences"] as? Int ?? 0) > 1000 && event["level"] as? String == "warning")

        let doctor = try #require(try await program.run(["doctor"] + Self.json).events("doctor_finished").first)
        #expect(doctor["exit_code"] as? Int == 0 && doctor["bad"] as? Int == 0 && doctor["notes"] is Int)
        let ill = try await program.run(["doctor", "--schema", "elsewhere"] + Self.json)
        let findings = try #require(try ill.events("doctor_finished").first)
        #expect(ill.code == 78 && findings["exit_code"] as? Int == 78 && findings["bad"] as? Int == 1)

        let report = try #require(try await program.run(["report"] + Self.json).events("report_finished").first)
        let size = try FileManager.default.attributesOfItem(atPath: "\(database.folder)/report.html")[.size] as? Int
        #expect(report["bytes"] as? Int == size && report["exit_code"] as? Int == 0)
        let unwritten = try await program.run(["report", "--output", "/nowhere/x.html"] + Self.json)
        let failure = try #require(try unwritten.events("report_finished").first)
        #expect(failure["exit_code"] as? Int == 78 && failure["bytes"] is NSNull && failure["error"] is String)

        let asset = try await program.run(["asset", "nobody"] + Self.json)
        let end = try #require(try asset.events("command_finished").first)
        #expect(asset.code == 66 && end["command"] as? String == "asset" && end["exit_code"] as? Int == 66)
        let migrated = try await program.run(["migrate", "status", "--migrations", "nowhere"] + Self.json)
        #expect(try migrated.events("command_finished").first?["command"] as? String == "migrate status")
        #expect(try await program.run(["status"] + Self.json).events("command_finished").isEmpty)
    }

    @Test func textLogsHaveNoEvents() async throws {
        let (_, program) = try await OutputTests.sampled(1)
        let outcome = try await program.run("run", ".", "--through", "1", "--log-level", "debug")
        #expect(outcome.code == 0 && !outcome.errors.contains("run_finished") && !outcome.errors.contains("{\""))
    }
}
