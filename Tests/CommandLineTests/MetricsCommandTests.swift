import Foundation
import PostgresClient
import Subprocess
import Testing
import TestSupport

/// `run --metrics-file`: what the file says after runs of every kind.
@Suite struct MetricsCommandTests {
    /// The samples of a metrics file, by name and labels beside database and schema.
    static func samples(_ folder: String, _ name: String = "etl_job.prom") throws -> [String: Double] {
        let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        var samples: [String: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let match = try #require(
                line.wholeMatch(of: /etl_job_([a-z_]+)\{(?:database="[^"]*",)?schema="[^"]*",?(.*)\} (\S+)/))
            let value: Double = try #require(Double(match.3))
            samples["\(match.1)\(match.2.isEmpty ? "" : "{\(match.2)}")"] = value
        }
        return samples
    }

    /// What Prometheus' own program says of a metrics file; empty where it is content.
    static func complaints(_ folder: String, _ name: String = "etl_job.prom") async throws -> String {
        let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        let result = try await Subprocess.run(
            .name("promtool"), arguments: ["check", "metrics"], input: .string(text),
            output: .string(limit: 1_000_000), error: .string(limit: 1_000_000))
        let isContent = if case .exited(0) = result.terminationStatus { true } else { false }
        return (isContent ? "" : "failed: ") + result.standardOutput + result.standardError
    }

    static func run(_ program: Program, _ arguments: String...) async throws -> Program.Outcome {
        try await program.run(["run", "."] + arguments + ["--metrics-file", "etl_job.prom"])
    }

    @Test func theFileSaysWhatTheTablesSayAndPromtoolIsContent() async throws {
        let (database, program) = try await OutputTests.sampled(5)
        let outcome = try await Self.run(program, "--through", "7", "--growth-limit", "1000000")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let samples = try Self.samples(database.folder)
        #expect(try await Self.complaints(database.folder) == "")
        let now = Date.now.timeIntervalSince1970
        #expect(samples["last_run_success"] == 1 && samples["last_run_exit_code"] == 0)
        #expect(abs((samples["last_success_timestamp_seconds"] ?? 0) - now) < 60)
        #expect(samples["last_success_timestamp_seconds"] == samples["last_run_timestamp_seconds"])
        #expect(samples["last_run_batches"] == 3 && samples["last_run_rows_read"] == 1200)
        #expect(samples["newest_batch_id"] == 7 && samples["newest_batch_rows_read"] == 400)
        #expect(samples["growth_limit_bytes"] == 1_000_000)
        for count in ["accepted", "rejected"] {
            let newest = try database.value("select \(count)_count from batches where batch_id = 7")
            let run = try database.value("select sum(\(count)_count) from batches where batch_id >= 5")
            #expect(samples["newest_batch_rows_\(count)"] == Double(newest))
            #expect(samples["last_run_rows_\(count)"] == Double(run))
        }
        let alarms = try database.value(
            """
            select count(distinct (as_of_batch_id, industry)) from drift_measurements
            where is_alarm and as_of_batch_id >= 5
            """)
        #expect(alarms != "0" && samples["last_run_drift_alarms"] == Double(alarms), "batches before the newest count")
        #expect(samples["newest_batch_rejects_unusual"] == 0)
        let reasons = try database.query(
            "select reason, count(*) from rejected_assets, unnest(reasons) as reason where batch_id = 7 group by 1")
        #expect(reasons.count > 1)
        for reason in reasons {
            #expect(samples["newest_batch_rejections{reason=\"\(reason[0])\"}"] == Double(reason[1]))
        }
        #expect(samples.keys.filter { $0.hasPrefix("newest_batch_rejections") }.count == 9)
    }

    /// Measurements at batch 7, as a batch would leave them, of an industry with an odd name.
    static let oddMeasurements = #"""
        insert into drift_measurements (
            as_of_batch_id, industry, reference, reference_first_batch_id, reference_last_batch_id,
            current_first_batch_id, reference_count, current_count, ks_p_value, wasserstein_in_sd, alpha,
            minimum_effect, industry_count, drifted, is_alarm)
        values (7, E'a"b\\c\nd', 'preceding_window', 4, 6, 7, 300, 100, 0.001, 0.5, 0.01, 0.2, 4, true, true);
        insert into table_growth (as_of_batch_id, table_name, row_count, heap_bytes, index_bytes, toast_bytes)
        values (7, 'odd " table', 12, 8192, 16384, 0);
        """#

    @Test func measurementsOfTheNewestBatchAreThere() async throws {
        let (database, program) = try await OutputTests.sampled(8)
        try database.connection.executeScript(.init(name: "drift", sql: Self.oddMeasurements))
        #expect(try await Self.run(program, "--through", "7").code == 0)
        let samples = try Self.samples(database.folder)
        let labels = #"industry="a\"b\\c\nd",reference="preceding_window""#
        #expect(samples["drift_alarm{\(labels)}"] == 1 && samples["drift_detected{\(labels)}"] == 1)
        #expect(samples["drift_ks_p_value{\(labels)}"] == 0.001)
        #expect(samples["drift_wasserstein_standard_deviations{\(labels)}"] == 0.5)
        #expect(samples["drift_psi{\(labels)}"] == nil, "a figure that is NULL is left out")
        #expect(samples[#"table_rows{table="odd \" table"}"#] == 12)
        #expect(samples[#"table_size_bytes{table="odd \" table",part="index"}"#] == 16384)
        #expect(try await Self.complaints(database.folder) == "")
        // The run had nothing to do, and that is a success.
        #expect(samples["last_run_batches"] == 0 && samples["last_run_success"] == 1)
    }

    @Test func failuresOfEveryKindKeepTheLastSuccess() async throws {
        let (database, program) = try await ExitCodeTests.prepared(batches: 3)
        let folder = database.folder
        #expect(try await Self.run(program).code == 0)
        let success = try #require(try Self.samples(folder)["last_success_timestamp_seconds"])
        func expectFailure(_ code: Int32, hasFigures: Bool, _ outcome: Program.Outcome) async throws {
            #expect(outcome.code == code, "\(outcome.errors)")
            let samples = try Self.samples(folder)
            #expect(samples["last_run_success"] == 0 && samples["last_run_exit_code"] == Double(code))
            #expect(samples["last_success_timestamp_seconds"] == success)
            #expect(try #require(samples["last_run_timestamp_seconds"]) > success)
            #expect((samples["newest_batch_id"] == 2) == hasFigures, "code \(code)")
            #expect(try await Self.complaints(folder) == "")
        }
        try database.write("[", batch: 3)
        try await expectFailure(65, hasFigures: true, try await Self.run(program))
        try database.write(ExitCodeTests.assets(3), batch: 3)

        let nowhere = try await program.run("run", "nowhere", "--metrics-file", "etl_job.prom")
        try await expectFailure(66, hasFigures: false, nowhere)

        var lost = program
        lost.environment["DATABASE_URL"] = "postgresql://me:s3cret@127.0.0.1:1/none"
        try await expectFailure(69, hasFigures: false, try await Self.run(lost))
        let text = try String(contentsOfFile: "\(folder)/etl_job.prom", encoding: .utf8)
        #expect(text.contains("database=\"test_") && !text.contains("s3cret") && !text.contains("127.0.0.1"))

        try database.connection.executeScript(.init(name: "hold", sql: "begin; lock table window_assets"))
        try await expectFailure(
            75, hasFigures: true, try await Self.run(program, "--lock-wait", "1", "--retry-for", "0"))
        try database.connection.executeScript(.init(name: "release", sql: "rollback"))

        var unnamed = program
        unnamed.environment["DATABASE_URL"] = nil
        try await expectFailure(78, hasFigures: false, try await Self.run(unnamed))

        try FileManager.default.removeItem(atPath: "\(folder)/etl_job.prom")
        try database.write("[", batch: 3)
        #expect(try await Self.run(program).code == 65)
        let applied = try #require(
            Double(try database.value("select extract(epoch from max(applied_at)) from batches")))
        #expect(abs(try #require(try Self.samples(folder)["last_success_timestamp_seconds"]) - applied) < 0.001)

        try database.write(ExitCodeTests.assets(3), batch: 3)
        #expect(try await Self.run(program).code == 0)
        #expect(try #require(try Self.samples(folder)["last_success_timestamp_seconds"]) > success)
    }

    @Test func whatTheRunAppliedBeforeItFailedIsNoSuccess() async throws {
        let (database, program) = try await ExitCodeTests.prepared(batches: 2)
        try Data("not metrics at all\n\0{".utf8).write(to: URL(fileURLWithPath: "\(database.folder)/etl_job.prom"))
        try database.write("[", batch: 2)
        #expect(try await Self.run(program).code == 65)
        let samples = try Self.samples(database.folder)
        #expect(samples["last_run_batches"] == 2 && samples["newest_batch_id"] == 1)
        #expect(samples["last_run_success"] == 0 && samples["last_success_timestamp_seconds"] == nil)
    }

    @Test func aFileThatCannotBeWrittenIsNoticedBeforeAnythingIsLoaded() async throws {
        let (database, program) = try await ExitCodeTests.prepared(batches: 1)
        for path in ["missing/etl_job.prom", "/dev/null", "."] {
            let outcome = try await program.run("run", ".", "--metrics-file", path)
            #expect(outcome.code == 78 && outcome.errors.contains("metrics file"), "\(outcome.errors)")
        }
        #expect(try await program.run("run", ".", "--dry-run", "--metrics-file", "m.prom").code == 64)
        #expect(try await program.run("run", ".", "--growth-limit", "1").code == 64)
        #expect(try database.value("select count(*) from batches") == "0")
    }

    @Test(arguments: [false, true])
    func aStoppedRunWritesIt(serverIsSilent: Bool) async throws {
        let (database, program) = try await ExitCodeTests.prepared(batches: 3)
        #expect(try await Self.run(program, "--through", "1").code == 0)
        let success = try #require(try Self.samples(database.folder)["last_success_timestamp_seconds"])
        let holder = try Connection(database: database.connectionString)
        try holder.executeScript(.init(name: "hold", sql: "begin; lock table window_assets"))
        let running = try program.start(["run", ".", "--metrics-file", "etl_job.prom"])
        try await ExitCodeTests.waitForBlockedStatement(database)
        let backend = try #require(
            Int32(
                try database.value(
                    """
                    select pid from pg_stat_activity
                    where wait_event_type = 'Lock' and datname = current_database()
                    """)))
        if serverIsSilent { kill(backend, SIGSTOP) }
        running.signal(SIGTERM)
        // How soon is looked at where nothing else runs beside it: SignalTests.
        let outcome = try await running.outcome()
        if serverIsSilent { kill(backend, SIGCONT) }
        try holder.executeScript(.init(name: "release", sql: "rollback"))
        #expect(outcome.code == 143, "\(outcome.errors)")
        #expect(serverIsSilent == outcome.errors.contains("without an answer"), "\(outcome.errors)")
        let samples = try Self.samples(database.folder)
        #expect(samples["last_run_success"] == 0 && samples["last_run_exit_code"] == 143)
        #expect(samples["last_success_timestamp_seconds"] == success)
        let left = try FileManager.default.contentsOfDirectory(atPath: database.folder).filter { $0.hasPrefix(".") }
        #expect(left == [])
    }
}
