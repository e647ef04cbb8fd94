import Foundation
import Testing
import TestSupport

/// What the commands print: golden texts, and JSON that programs read.
@Suite struct OutputTests {
    static let commands = [
        "", "run", "status", "asset", "explain", "movers", "percentile", "rejects", "drift", "drift show",
        "drift pin", "growth", "report", "export", "doctor", "verify", "migrate", "migrate up", "migrate status",
        "local", "local start",
        "local stop", "local status", "local psql", "local destroy", "sample",
    ]

    @Test(arguments: commands)
    func helpIsTheGoldenOne(command: String) async throws {
        let program = Program(folder: FileManager.default.temporaryDirectory.path, environment: ["COLUMNS": "80"])
        let outcome = try await program.run(command.split(separator: " ").map(String.init) + ["--help"])
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        #expect(outcome.output.contains("EXAMPLE"), "\(command) has no example")
        let name = command.isEmpty ? "etl-job" : command.replacing(" ", with: "-")
        if let difference = try goldenDifference(outcome.output, "help-\(name).txt") { Issue.record("\(difference)") }
    }

    @Test func completionScriptsAreThere() async throws {
        let program = Program(folder: FileManager.default.temporaryDirectory.path)
        for shell in ["bash", "zsh", "fish"] {
            let outcome = try await program.run("--generate-completion-script", shell)
            #expect(outcome.code == 0 && outcome.output.contains("percentile"))
        }
    }

    /// A database with the first batches of the committed sample.
    static func sampled(_ count: Int) async throws -> (TestDatabase, Program) {
        let database = try await TestDatabase()
        try FileManager.default.removeItem(atPath: database.folder)
        try FileManager.default.copyItem(atPath: TestServer.repositoryRoot + "/batches", toPath: database.folder)
        let program = Program(folder: database.folder, environment: ["DATABASE_URL": database.connectionString])
        let outcome = try await program.run("run", ".", "--through", "\(count - 1)")
        #expect(outcome.code == 0, "\(outcome.errors)")
        return (database, program)
    }

    /// A text with times and durations masked.
    static func masked(_ text: String) -> String {
        text.replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, with: "YYYY-MM-DDThh:mm:ssZ")
            .replacing(/[ ]*\d+\.\d\d s/, with: " 0.00 s")
            .replacing(/"seconds":[0-9.e-]+/, with: "\"seconds\":0")
    }

    @Test func theTablesForPeopleAreTheGoldenOnes() async throws {
        let database = try await TestDatabase()
        let batches = TestServer.repositoryRoot + "/batches"
        try FileManager.default.createSymbolicLink(atPath: "\(database.folder)/batches", withDestinationPath: batches)
        let program = Program(folder: database.folder, environment: ["DATABASE_URL": database.connectionString])
        let id = try Self.firstID(inBatch: 2)
        var text = ""
        for arguments in [
            ["run", "--through", "4"], ["run", "--through", "4"], ["run", "--through", "6", "--dry-run"], ["status"],
            ["asset", id], ["asset", id.lowercased(), "--as-of", "3"],
            ["percentile", "0.71", "--industry", "CARS"], ["rejects"], ["rejects", "--rows", "--limit", "3"], ["drift"],
            ["export"],
            ["doctor"], ["verify", "--sources", "batches"], ["migrate"],
        ] {
            let outcome = try await program.run(arguments)
            #expect(outcome.code == 0, "\(arguments): \(outcome.errors)")
            text += "$ etl-job \(arguments.joined(separator: " "))\n\(outcome.output)\n"
        }
        let version = try database.value("select split_part(current_setting('server_version'), ' ', 1)")
        let socket = database.connection.host
        let name = try database.value("select current_database()")
        text = Self.masked(text).replacing(version, with: "VERSION").replacing(socket, with: "SOCKET")
            .replacing(name, with: "DATABASE")
            .replacing(#/batches +5 +[0-9,]+ /#, with: "batches 5 BYTES ")
            .replacing(#/table_growth +45 +[0-9,]+ /#, with: "table_growth 45 BYTES ")
        if let difference = try goldenDifference(text, "session.txt") { Issue.record("\(difference)") }
    }

    static func firstID(inBatch batch: Int) throws -> String {
        let text = try String(
            contentsOfFile: "\(TestServer.repositoryRoot)/batches/batch_\(batch).json", encoding: .utf8)
        return String(try #require(text.firstMatch(of: /"id": "([0-9A-Z]{26})", "score": 0/)).1)
    }

    @Test func runPrintsTheReportOfTheContract() async throws {
        let (database, _) = try await Self.sampled(2)
        let program = Program(folder: database.folder, environment: ["DATABASE_URL": database.connectionString])
        let outcome = try await program.run("run", ".", "--through", "2", "--json")
        let report = try outcome.json()
        let batches = try #require(report["batches"] as? [[String: Any]])
        #expect(batches.map { $0["status"] as? String } == ["skipped", "skipped", "applied"])
        let batch = batches[2]
        #expect(
            Set(batch.keys) == [
                "batch_id", "source", "status", "read", "accepted", "rejected", "reasons", "window", "snapshots",
                "drift_alarms", "seconds",
            ])
        #expect(
            batch["batch_id"] as? Int == 2 && batch["read"] as? Int == 400 && batch["window"] as? [Int] == [0, 1, 2])
        #expect(batches[0]["window"] is NSNull)
        #expect(report["look_at"] as? [String] == [])
        let reasons = try #require(batch["reasons"] as? [String: Int])
        #expect(reasons["score_not_a_number", default: 0] > 0)
        let totals = try #require(report["totals"] as? [String: Int])
        #expect(Set(totals.keys) == ["applied", "skipped", "read", "accepted", "rejected", "snapshots"])
        #expect(totals["applied"] == 1 && totals["skipped"] == 2 && totals["read"] == 400)
        #expect(totals["accepted", default: 0] + totals["rejected", default: 0] == 400)
        #expect(!outcome.output.contains("\u{1B}") && !outcome.errors.contains("\u{1B}"))
    }

    @Test func standardInputGivesTheSameTablesAsAFile() async throws {
        let (filed, _) = try await Self.sampled(3)
        let piped = try await TestDatabase()
        let program = Program(folder: piped.folder, environment: ["DATABASE_URL": piped.connectionString])
        for batch in 0..<3 {
            let path = "\(TestServer.repositoryRoot)/batches/batch_\(batch).json"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let outcome = try await program.run(["run", "-", "--batch-id", "\(batch)"], input: text)
            #expect(outcome.code == 0, "\(outcome.errors)")
        }
        #expect(try piped.fingerprint() == filed.fingerprint())
        let again = try await program.run(["run", "-", "--batch-id", "2"], input: "[]")
        #expect(again.code == 65)
    }

    @Test func theExportIsWhatTheTablesHold() async throws {
        let (database, program) = try await Self.sampled(4)
        let outcome = try await program.run("export", "out", "--json")
        let files = try #require(try outcome.json()["files"] as? [[String: Any]])
        #expect(files.count == 10)
        for file in files {
            let (table, path) = try (#require(file["table"] as? String), #require(file["path"] as? String))
            let lines = try String(contentsOfFile: "\(database.folder)/\(path)", encoding: .utf8).split(separator: "\n")
            #expect(lines.count - 1 == file["rows"] as? Int)
            #expect(try database.value("select count(*) from \(table)") == "\(lines.count - 1)")
        }
        #expect(
            try String(contentsOfFile: "\(database.folder)/out/scores.csv", encoding: .utf8).hasPrefix(
                "id,score,industry,percentile\n"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: "\(database.folder)/out").allSatisfy {
                $0.hasSuffix(".csv")
            })
    }

    @Test func logsCanBeJSONAndControlCharactersNeverReachATerminal() async throws {
        let (database, program) = try await Self.sampled(1)
        try database.write(#"[{"id":"\u001b[31mred","score":"\u009b","industry":"\u202e"}]"#, batch: 1)
        let outcome = try await program.run(
            "run", ".", "--through", "1", "--max-reject-ratio", "1", "--log-format", "json")
        #expect(outcome.code == 0)
        for line in outcome.errors.split(separator: "\n") {
            let entry = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(entry["level"] != nil && entry["message"] != nil && entry["time"] != nil)
        }
        let rows = try await program.run("rejects", "--rows")
        #expect(rows.output.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
        let failed = try await program.run("run", "nowhere", "--log-format", "json")
        #expect(failed.code == 66)
        #expect(try JSONSerialization.jsonObject(with: Data(failed.errors.utf8)) is [String: Any])
    }

    @Test func theCommittedBatchesAreTheOnesOfTheCommittedSeed() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try await Program(folder: folder).run("sample", "made").code == 0)
        for batch in 0..<20 {
            let made = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/made/batch_\(batch).json"))
            let committed = try Data(
                contentsOf: URL(fileURLWithPath: "\(TestServer.repositoryRoot)/batches/batch_\(batch).json"))
            #expect(made == committed)
        }
    }
}
