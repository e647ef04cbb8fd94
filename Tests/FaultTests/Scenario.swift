import Foundation
import PostgresClient
import TestSupport

/// What a load takes its batches from, and which of its connections is disturbed.
struct Scenario: Sendable {
    /// The folder that the job runs in.
    let folder: String
    /// Of the job.
    let arguments: [String]
    /// The source database whose connection is disturbed in place of the job's own; nil for the job's own.
    var sourceDatabase: String?
    /// Whether a run that comes later skips what was applied before; the inbox has no such batches to offer.
    var namesSkipped = true
    /// Makes a new database ready.
    var prepare: @Sendable (TestDatabase) throws -> Void = { _ in }

    /// The files of a folder.
    static func files(_ folder: String) -> Scenario { Scenario(folder: folder, arguments: ["run", "."]) }

    /// The rows of the small batches in the inbox, twenty to a batch.
    static func inbox() throws -> Scenario {
        var scenario = Scenario(
            folder: try temporaryFolder(),
            arguments: ["run", "--from-inbox", "--max-rows", "20", "--max-reject-ratio", "1"])
        scenario.namesSkipped = false
        scenario.prepare = { database in
            for batch in 0..<5 { try insertPayloads(batch, "inference_results (payload)", database.connection) }
        }
        return scenario
    }

    /// The rows of the small batches in another database.
    static func query() async throws -> Scenario {
        let folder = try temporaryFolder()
        let database = try await TestServer.shared.emptyDatabase()
        let source = try Connection(database: database)
        try source.script("create table results (payload json, position serial, batch bigint)")
        for batch in 0..<5 {
            try insertPayloads(batch, "results (payload)", source)
            try source.script("update results set batch = \(batch) where batch is null")
        }
        try Data("select payload from results where batch = $1 order by position".utf8).write(
            to: URL(fileURLWithPath: "\(folder)/rows.sql"))
        try Data("select distinct batch from results".utf8).write(to: URL(fileURLWithPath: "\(folder)/closed.sql"))
        return Scenario(
            folder: folder,
            arguments: ["run", "--source-query", "rows.sql", "--source-batches", "closed.sql"],
            sourceDatabase: source.databaseName)
    }

    /// The job, with the disturbed connection through a proxy.
    func program(_ proxy: FaultProxy, _ database: TestDatabase) -> Program {
        guard let sourceDatabase else { return proxy.program(database, folder) }
        return program(database, source: "127.0.0.1:\(proxy.port)/\(sourceDatabase)?sslmode=disable&gssencmode=disable")
    }

    /// The job, with nothing in its way.
    func directProgram(_ database: TestDatabase) -> Program {
        let connection = database.connection
        let address = "/\(sourceDatabase ?? "")?host=\(connection.host)&port=\(connection.port)"
        return program(database, source: address)
    }

    private func program(_ database: TestDatabase, source: String) -> Program {
        Program(
            folder: folder,
            environment: [
                "DATABASE_URL": database.connectionString,
                "ETL_SOURCE_URL": sourceDatabase == nil ? "" : "postgresql://etl@\(source)",
            ])
    }

    private static func insertPayloads(_ batch: Int, _ table: String, _ connection: Connection) throws {
        let rows = Statement(
            name: "insert_payloads",
            sql:
                "insert into \(table) select value from json_array_elements($1) with ordinality as rows (value, number) "
                + "order by number")
        try connection.execute(rows, [SmallBatches.json(batch)])
    }
}
