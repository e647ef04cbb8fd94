import ETLCore
import Foundation
import TestSupport

/// Five small batches that cross the cold start: with dirt, assets scored again and several industries.
enum SmallBatches {
    /// Writes the files to a new folder.
    static func write(_ count: Int = 5) throws -> String {
        let folder = try temporaryFolder()
        for batch in 0..<count { try write(batch, to: folder) }
        return folder
    }

    /// Writes the file of one batch.
    static func write(_ batch: Int, to folder: String) throws {
        try Data(json(batch).utf8).write(to: URL(fileURLWithPath: "\(folder)/batch_\(batch).json"))
    }

    /// The rows of one batch, some of them dirty.
    static func json(_ batch: Int) -> String {
        let industries = ["food", "cars", "clothing", " Hair Care "]
        var random = SeededRandom(seed: UInt64(batch))
        var rows = (0..<(12 + batch % 5)).map { number in
            // Every fourth asset was scored in the batch before as well, in another industry.
            let asset = number % 4 == 3 && batch > 0 ? (batch - 1) * 100 + number - 1 : batch * 100 + number
            let score = Double(Int.random(in: -200...1200, using: &random)) / 1000
            return TestAsset(ulid(asset), score, industries[number % industries.count]).json
        }
        rows.append(#"{"id": "\#(ulid(batch + 5000))", "score": "0.5", "industry": "food"}"#)
        if batch % 2 == 0 { rows.append(#"{"id": "\#(ulid(batch + 6000))", "score": 99999, "industry": "boats"}"#) }
        if batch == 3 { rows.append(rows[2]) }
        return "[" + rows.joined(separator: ",\n") + "]"
    }
}

/// What an undisturbed load of a folder gives: what every disturbed one is compared with.
struct Reference: Sendable {
    let scenario: Scenario
    let fingerprint: String
    let batches: [BatchReport]
    let counts: FaultProxy.Counts

    /// The folder that the job runs in.
    var folder: String { scenario.folder }

    /// Loads the files of a folder through a proxy that does no harm.
    static func load(_ folder: String) async throws -> Reference { try await load(.files(folder)) }

    /// Loads a scenario through a proxy that does no harm.
    static func load(_ scenario: Scenario) async throws -> Reference {
        let database = try await TestDatabase()
        try scenario.prepare(database)
        let proxy = try FaultProxy(to: database.serverAddress)
        defer { proxy.stop() }
        let outcome = try await scenario.program(proxy, database).run(scenario.arguments + ["--json"])
        guard outcome.code == 0 else { throw HarnessError("the undisturbed load failed: \(outcome.errors)") }
        let reference = Reference(
            scenario: scenario, fingerprint: try database.fingerprint(), batches: try outcome.report().batches,
            counts: proxy.counts)
        try await database.drop()
        return reference
    }
}

extension TestDatabase {
    /// Where the server of the tests listens.
    var serverAddress: ServerAddress { .unix("\(connection.host)/.s.PGSQL.\(connection.port)") }
}

extension FaultProxy {
    /// The job, connected through the proxy.
    func program(_ database: TestDatabase, _ folder: String, user: String = "etl") -> Program {
        let url = "postgresql://\(user)@127.0.0.1:\(port)/\(database.connection.databaseName)"
        return Program(folder: folder, environment: ["DATABASE_URL": "\(url)?sslmode=disable&gssencmode=disable"])
    }
}

extension Program.Outcome {
    /// The report of `run --json`.
    func report() throws -> RunReport { try JSONDecoder().decode(RunReport.self, from: Data(output.utf8)) }
}

extension BatchReport {
    /// All figures but the time.
    var figures: String {
        let sortedReasons = reasons.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ",")
        return "batch \(batchID) \(status.rawValue): read \(read), accepted \(accepted), rejected \(rejected) "
            + "[\(sortedReasons)], window \(window.map { "\($0)" } ?? "-"), snapshots \(snapshots)"
    }
}
