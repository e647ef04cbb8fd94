public import Logging
public import PostgresClient

/// A connection at work on one schema: every transaction sets its own search path and limits.
public final class Session {
    /// The connection underneath.
    public let connection: Connection
    /// Name of the schema.
    public let schema: String
    /// Whether the server is the job's private one, whose schema the job may change unasked.
    public let isPrivate: Bool
    private let quotedSchema: String

    /// Oldest supported server, as `server_version_num`.
    public static let oldestServerVersion = 150_000

    /// Connects to the target; a private server is started where it is not running.
    ///
    /// - Throws: `JobError` where the server cannot be reached, started or used.
    public static func open(_ target: DatabaseTarget, schema: String, logger: Logger) async throws -> Session {
        switch target {
        case .named(let database):
            return try Session(database: database, schema: schema, isPrivate: false, logger: logger)
        case .privateServer(let folder):
            let database = try await PrivateServer.startedConnectionString(in: folder, logger: logger)
            return try Session(database: database, schema: schema, isPrivate: true, logger: logger)
        }
    }

    /// Connects to a database named by a URL, by `keyword=value` text, or (empty) by the environment.
    ///
    /// - Throws: `JobError`: 69 where there is no connection, 78 where the server's version or encoding is unsupported.
    public init(database: String, schema: String, isPrivate: Bool, logger: Logger) throws {
        do {
            connection = try Connection(database: database, defaults: Self.connectionDefaults()) { notice in
                logger.debug("server notice", metadata: ["notice": "\(notice)"])
            }
            quotedSchema = try connection.quoteIdentifier(schema)
        } catch let error as PostgresError {
            throw JobError(error)
        }
        self.schema = schema
        self.isPrivate = isPrivate
        guard connection.serverVersion >= Self.oldestServerVersion else {
            throw JobError(
                .configuration, "The server is PostgreSQL \(serverVersionText); the job needs 15 or later.",
                advice: "Name another server, or upgrade this one.")
        }
        let encoding = connection.parameterStatus("server_encoding") ?? ""
        guard encoding == "UTF8" else {
            throw JobError(
                .configuration,
                "The database \(connection.databaseName) is encoded as \(encoding); the job needs UTF8.",
                advice: "Create one with: create database … encoding 'UTF8' template template0;")
        }
    }

    /// Keywords for connecting that neither the caller nor the environment has set.
    private static func connectionDefaults() -> [(keyword: String, value: String)] {
        [
            ("connect_timeout", "10", "PGCONNECT_TIMEOUT"),
            ("fallback_application_name", "etl-job", nil),
            ("client_encoding", "UTF8", nil),
        ].compactMap { keyword, value, variable in
            variable.flatMap { environmentVariable($0) } == nil ? (keyword, value) : nil
        }
    }

    /// The server's version as people write it: 15.18.
    public var serverVersionText: String {
        connection.parameterStatus("server_version").map { String($0.prefix { $0 != " " }) } ?? "unknown"
    }

    /// Which database is in use, in one line and without secrets.
    public var summary: String {
        let kind = isPrivate ? "private PostgreSQL" : "PostgreSQL"
        return """
            \(connection.databaseName) on \(connection.host):\(connection.port) as \(connection.userName) \
            (\(kind) \(serverVersionText)), schema \(schema)
            """
    }

    /// Runs a body in a transaction with the job's settings.
    ///
    /// - Throws: the body's error, or a `PostgresError`.
    func transaction<Value>(lockTimeout: String = "60s", _ body: () throws -> Value) throws -> Value {
        try transaction(lockTimeout: lockTimeout, opening: []) { _ in try body() }
    }

    /// Runs a body in a transaction whose first statements are sent together with its begin and the job's settings.
    ///
    /// - Throws: the body's error, or a `PostgresError`.
    func transaction<Value>(
        lockTimeout: String = "60s", opening: [Call], _ body: ([Rows]) throws -> Value
    ) throws -> Value {
        let settings = Call(SQL.setBatchSettings, [quotedSchema, lockTimeout])
        return try connection.transaction(.readCommitted, opening: [settings] + opening) { rows in
            try body(Array(rows.dropFirst()))
        }
    }

    private struct RollBack: Error {}

    /// Runs a body in a transaction that always ends in a rollback.
    ///
    /// - Throws: the body's error, or a `PostgresError`.
    func rolledBackTransaction<Value>(_ body: () throws -> Value) throws -> Value {
        var value: Value?
        do {
            return try transaction {
                value = try body()
                throw RollBack()
            }
        } catch let rollBack as RollBack {
            guard let value else { throw rollBack }
            return value
        }
    }

    /// Runs a body in a read-only transaction that sees one snapshot of the database.
    ///
    /// - Throws: the body's error, or a `PostgresError`.
    func snapshot<Value>(_ body: () throws -> Value) throws -> Value {
        try connection.transaction(.snapshotReadOnly) {
            try connection.execute(SQL.setExportSettings, [quotedSchema])
            return try body()
        }
    }

    /// Waits for the lock that lets one job at a time work on the schema; held to the end of the transaction.
    ///
    /// - Throws: `JobError` (75) where another job holds it for too long.
    func lockSchema() throws {
        do {
            try connection.executeAll([lockCall])
        } catch let error as PostgresError {
            throw lockFailure(error) ?? error
        }
    }

    /// The call that waits for the job's lock.
    var lockCall: Call { Call(SQL.lockSchema, [schema]) }

    /// What it means that the job's lock was not to be had; nil where an error is another one.
    func lockFailure(_ error: PostgresError) -> JobError? {
        guard error.sqlState == "55P03", error.statement == SQL.lockSchema else { return nil }
        return JobError(
            .tryAgain, "Another job is at work on schema \(schema); it did not finish within the time to wait.",
            advice: "Run again when it has finished.")
    }

    /// A statement with the quoted schema in place of `:"schema"`.
    func naming(_ statement: Statement) -> Statement {
        Statement(name: statement.name, sql: statement.sql.replacing(":\"schema\"", with: quotedSchema))
    }

    /// The schema, quoted as an identifier.
    var quotedSearchPath: String { quotedSchema }
}
