public import ETLCore
import Foundation
import Logging
import PostgresClient

/// A private PostgreSQL of the test process, started at the first use and stopped when the process ends.
///
/// A missing server is a failure, never a skip. Each test gets a database of its own, cloned from a migrated one.
public actor TestServer {
    /// The server of this process.
    public static let shared = TestServer()

    private var starting: Task<String, any Error>?
    private var databaseCount = 0

    private init() {}

    /// The migrations of this checkout.
    public static let migrations = MigrationFolder(path: repositoryRoot + "/migrations")

    /// The folder of this checkout.
    public static let repositoryRoot = String(#filePath.split(separator: "/Tests/TestSupport/")[0])

    /// A connection string of a new database with all migrations applied.
    public func migratedDatabase() async throws -> String {
        try await database(template: "etl_template")
    }

    /// A connection string of a new database without anything of the job in it.
    public func emptyDatabase() async throws -> String { try await database(template: "template1") }

    private func database(template: String) async throws -> String {
        let server = try await connectionString()
        databaseCount += 1
        let name = "test_\(databaseCount)"
        let connection = try Connection(database: server)
        try connection.execute(
            Statement(name: "create_test_database", sql: "create database \(name) template \(template)"))
        return server.replacingOccurrences(of: "dbname=etl", with: "dbname=\(name)")
    }

    /// Runs a statement on the server, connected to no test's database.
    public func execute(_ sql: String) async throws {
        let connection = try Connection(database: try await connectionString())
        try connection.execute(Statement(name: "test_statement", sql: sql))
    }

    /// Starts the server where it is not running yet; every caller waits for the same start.
    private func connectionString() async throws -> String {
        if let starting { return try await starting.value }
        let task = Task { try await Self.start() }
        starting = task
        return try await task.value
    }

    private static func start() async throws -> String {
        let folder = try temporaryFolder()
        var logger = Logger(label: "test-server")
        logger.logLevel = .error
        let server = PrivateServer(in: folder, durable: false, logger: logger)
        let run = try await server.start()
        let pid = run.pid
        Cleanup.atEnd { stopServer(pid, by: SIGINT) }  // PostgreSQL's fast shutdown
        let database = run.connectionString

        let connection = try Connection(database: database)
        try connection.execute(Statement(name: "create_template", sql: "create database etl_template"))
        let session = try Session(
            database: database.replacingOccurrences(of: "dbname=etl", with: "dbname=etl_template"), schema: "public",
            isPrivate: true, logger: logger)
        // As on a private server: runs work as etl_writer.
        try Migrator(session: session, folder: migrations).prepare()
        return database
    }
}
