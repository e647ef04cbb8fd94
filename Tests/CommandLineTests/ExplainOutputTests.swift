import Foundation
import Testing
import TestSupport

/// What `explain`, `movers`, `asset` and `percentile` print, and how they end.
@Suite struct ExplainOutputTests {
    @Test(arguments: ["explain", "movers"])
    func helpIsTheGoldenOne(command: String) async throws {
        let program = Program(folder: FileManager.default.temporaryDirectory.path, environment: ["COLUMNS": "80"])
        let outcome = try await program.run(command, "--help")
        #expect(outcome.code == 0 && outcome.errors.isEmpty && outcome.output.contains("EXAMPLE"))
        if let difference = try goldenDifference(outcome.output, "help-\(command).txt") {
            Issue.record("\(difference)")
        }
    }

    /// The committed batches, and four of ours in which an asset is scored again and changes its industry.
    static func loaded() async throws -> (TestDatabase, Program) {
        let (database, program) = try await OutputTests.sampled(8)
        try database.write([TestAsset(ulid(1), 0.5, "food"), TestAsset(ulid(2), 0.9, "cars")], batch: 8)
        try database.write([TestAsset(ulid(1), 0.7, "food"), TestAsset(ulid(2), 0.9, "cars")], batch: 9)
        try database.write([TestAsset(ulid(1), 0.7, "cars"), TestAsset(ulid(3), 0.4, "cars")], batch: 10)
        try database.write(
            #"[{"id": "\#(ulid(1))", "score": "high", "industry": "boats"}, \#(TestAsset(ulid(4), 0.1, "food").json)]"#,
            batch: 11)
        let outcome = try await program.run("run", ".", "--through", "11", "--max-reject-ratio", "0.5")
        #expect(outcome.code == 0, "\(outcome.errors)")
        return (database, program)
    }

    @Test func whatPeopleReadIsTheGoldenText() async throws {
        let (_, program) = try await Self.loaded()
        let early = try OutputTests.firstID(inBatch: 2)
        var text = ""
        for (arguments, code) in [
            (["explain", early], 0), (["explain", early.lowercased(), "--from", "2", "--to", "4"], 0),
            (["explain", early, "--from", "2", "--to", "4", "--json"], 0), (["explain", early, "--to", "3"], 0),
            (["explain", early, "--from", "2", "--to", "7"], 66), (["explain", early, "--to", "2"], 66),
            (["explain", early, "--from", "4"], 64), (["explain", early, "--to", "99"], 66),
            (["explain", ulid(1), "--from", "8", "--to", "9"], 0),
            (["explain", ulid(1), "--from", "9", "--to", "10"], 0),
            (["explain", ulid(4)], 66), (["explain", "01GNNA1J60CW0MMC4VCNED52TM"], 0), (["explain", "nobody"], 66),
            (["asset", ulid(1).lowercased()], 0), (["asset", "01GNNA1J60CW0MMC4VCNED52TM"], 0),
            (["asset", early, "--as-of", "6"], 0), (["percentile", "0.71", "--industry", " Cars", "--as-of", "4"], 0),
            (["percentile", "0.71", "--industry", "cars", "--as-of", "4", "--json"], 0),
            (["movers", "--as-of", "7", "--limit", "2"], 0),
            (["movers", "--as-of", "10", "--limit", "1", "--industry", "CARS"], 0),
            (["movers", "--as-of", "7", "--limit", "1", "--json"], 0),
            (["movers", "--as-of", "7", "--min-change", "99"], 0),
            (["movers", "--as-of", "2"], 66), (["movers", "--as-of", "99"], 66),
            (["movers", "--industry", "boats"], 66),
        ] as [([String], Int32)] {
            let outcome = try await program.run(arguments)
            #expect(outcome.code == code, "\(arguments): \(outcome.errors)")
            let errors = outcome.errors.split(separator: "\n").filter { !$0.hasPrefix("Database: ") }
            text += "$ etl-job \(arguments.joined(separator: " "))\n\(outcome.output)"
            text += errors.map { "\($0)\n" }.joined() + (code == 0 ? "\n" : "exit code \(code)\n\n")
        }
        if let difference = try goldenDifference(text, "explain.txt") { Issue.record("\(difference)") }
    }

    @Test(arguments: [
        ["explain"], ["explain", ulid(1), "--from", "4", "--to", "4"], ["explain", ulid(1), "--from", "x"],
        ["movers", "--limit", "0"], ["movers", "--min-change", "101"], ["movers", "--min-change", "nan"],
    ])
    func wrongUsageIs64(arguments: [String]) async throws {
        let program = Program(folder: FileManager.default.temporaryDirectory.path)
        let outcome = try await program.run(arguments)
        #expect(outcome.code == 64 && outcome.output.isEmpty && outcome.errors.lowercased().contains("error"))
    }

    @Test func anEmptyDatabaseIs66() async throws {
        let database = try await TestDatabase()
        let program = Program(folder: database.folder, environment: ["DATABASE_URL": database.connectionString])
        for arguments in [
            ["movers"], ["explain", ulid(1)], ["asset", ulid(1)], ["percentile", "1", "--industry", "food"],
        ] {
            #expect(try await program.run(arguments).code == 66, "\(arguments)")
        }
    }

    @Test func thePartsInTheJSONAddUpExactly() async throws {
        let (_, program) = try await OutputTests.sampled(6)
        let id = try OutputTests.firstID(inBatch: 2)
        let outcome = try await program.run("explain", id, "--json")
        struct Report: Decodable {
            struct Part: Decodable { let points: Decimal }
            struct Side: Decodable { let percentile: Decimal }
            struct Explanation: Decodable {
                let before: Side, after: Side, left: Part, entered: Part, own_score: Part
                let change: Decimal
            }
            let explanation: Explanation
        }
        let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8)).explanation
        let sum = report.left.points + report.entered.points + report.own_score.points
        #expect(sum == report.change && sum == report.after.percentile - report.before.percentile && sum != 0)
    }
}
