public import Logging
public import PostgresClient

/// A connection at work on one schema, made anew where it broke: every transaction sets its own search path and limits.
public final class Session {
    /// What the job needs a server for.
    public enum Access: String, Sendable {
        /// Any server will do, also a standby.
        case any
        /// The server must accept writes.
        case readWrite = "read-write"
    }

    /// The connection underneath; another one after `reconnect`.
    public private(set) var connection: Connection
    /// Name of the schema.
    public let schema: String
    /// Whether the server is the job's private one, whose schema the job may change unasked.
    public let isPrivate: Bool
    /// How long the job waits for what.
    public let limits: TimeLimits
    /// Carries a signal to whatever the session is at.
    public let interruption: Interruption
    let logger: Logger
    let database: String
    private let passwordCommand: PasswordCommand?
    private let access: Access
    private let quotedSchema: String
    /// Backends of connections that were lost, of which some may not have noticed yet.
    private var lostBackends: Set<Int> = []
    private var backend = 0

    /// Oldest supported server, as `server_version_num`.
    public static let oldestServerVersion = 150_000

    /// Connects to a database named by a URL, by `keyword=value` text, or (empty) by the environment.
    ///
    /// - Parameter passwordCommand: asked for the password at every connect; nil to leave the password to libpq.
    /// - Throws: `JobError`: 69 where there is no connection, 75 where there was none for a passing reason until time
    ///   was up, 78 where the command gives no password, or the server's version or encoding is unsupported;
    ///   `Interrupted`.
    public init(
        database: String, passwordCommand: PasswordCommand? = nil, schema: String, isPrivate: Bool,
        access: Access = .any, limits: TimeLimits = TimeLimits(), interruption: Interruption = Interruption(),
        logger: Logger
    ) throws {
        (self.database, self.schema, self.isPrivate, self.access) = (database, schema, isPrivate, access)
        self.passwordCommand = passwordCommand
        (self.limits, self.interruption, self.logger) = (limits, interruption, logger)
        do {
            connection = try Self.firstConnection(database, passwordCommand, access, limits, interruption, logger)
            quotedSchema = try connection.quoteIdentifier(schema)
            backend = connection.backendPID
        } catch let error as PostgresError {
            throw JobError(error)
        }
        try prepare()
    }

    /// Connects; where a server was there and failed for a passing reason, again until time is up.
    private static func firstConnection(
        _ database: String, _ passwordCommand: PasswordCommand?, _ access: Access, _ limits: TimeLimits,
        _ interruption: Interruption, _ logger: Logger
    ) throws -> Connection {
        let retries = Retries(for: limits.retryFor)
        var wasThere = false
        while true {
            do {
                return try connect(database, passwordCommand, access, limits, interruption, logger)
            } catch let error as PostgresError {
                try interruption.check()
                // Where nobody ever answered, the name is more likely wrong than the server away for a moment.
                guard error.isRetryable || (wasThere && error.isUnreachable), let pause = retries.nextPause()
                else {
                    guard wasThere, error.isRetryable || error.isUnreachable else { throw error }
                    var failure = JobError(error, wasReached: true)
                    failure.message += "\nTried again for \(decimal(limits.retryFor.seconds, 0)) s in vain."
                    throw failure
                }
                wasThere = true
                announce(error, pause, logger)
                try interruption.sleep(for: pause)
            }
        }
    }

    private static func connect(
        _ database: String, _ passwordCommand: PasswordCommand?, _ access: Access, _ limits: TimeLimits,
        _ interruption: Interruption, _ logger: Logger
    ) throws -> Connection {
        let defaults =
            limits.connectionSettings(applicationName: "etl-job") + [("target_session_attrs", access.rawValue)]
            + JobVariables.settings
        // Anew each time: a token that was good for the last connection may be none for this one.
        let password = try passwordCommand?.password(check: interruption.check)
        let connection = try Connection(
            database: database, defaults: defaults, password: password, check: interruption.check
        ) { notice in
            logger.debug("server notice", metadata: ["notice": "\(notice)"])
        }
        connection.answerLimit = limits.answer
        try interruption.watch(connection)
        return connection
    }

    /// Says that, and when, something is tried again.
    static func announce(_ error: PostgresError, _ pause: Duration, _ logger: Logger, of origin: String = "") {
        logger.warning(
            "\(origin)\(error.summary); trying again in \(decimal(pause.seconds, 1)) s",
            metadata: error.sqlState.map { ["sqlstate": "\($0)"] } ?? [:])
    }

    /// Replaces the connection by a fresh one; names are resolved and passwords read anew.
    ///
    /// - Throws: `PostgresError` where there is none to be had; `Interrupted`; `JobError` where the server that is now
    ///   behind the name is unsupported.
    func reconnect() throws {
        connection.close()
        lostBackends.insert(backend)
        connection = try Self.connect(database, passwordCommand, access, limits, interruption, logger)
        backend = connection.backendPID
        logger.debug("connected again", metadata: ["server": "\(summary)"])
        try prepare()
    }

    /// Refuses a server that the job does not support.
    private func prepare() throws {
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

    /// Whether a command is asked for the password.
    var hasPasswordCommand: Bool { passwordCommand != nil }

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
    func transaction<Value>(lockWait: Duration? = nil, _ body: () throws -> Value) throws -> Value {
        try transaction(lockWait: lockWait, opening: []) { _ in try body() }
    }

    /// Runs a body in a transaction whose first statements are sent together with its begin and the job's settings.
    ///
    /// - Parameters:
    ///   - lockWait: how long each lock is waited for; nil for the session's own limit.
    ///   - opening: the first statements.
    ///   - body: receives their rows.
    /// - Throws: the body's error, or a `PostgresError`.
    func transaction<Value>(
        lockWait: Duration? = nil, opening: [Call], _ body: ([Rows]) throws -> Value
    ) throws -> Value {
        let settings = Call(
            SQL.setBatchSettings,
            [
                quotedSchema, "\(max((lockWait ?? limits.lockWait).milliseconds, 1))ms",
                "\(limits.statement.milliseconds)ms", "\(limits.keepaliveIdle.components.seconds)",
                "\(limits.keepaliveInterval.components.seconds)", "\(limits.deadPeer.milliseconds)",
            ])
        let connection = connection
        connection.answerLimit = limits.answerToLock
        defer { connection.answerLimit = limits.answer }
        return try connection.transaction(.readCommitted, opening: [settings] + opening) { rows in
            connection.answerLimit = limits.answer
            return try body(Array(rows.dropFirst()))
        }
    }

    /// Runs a body whose statements may take as long as they need.
    ///
    /// - Throws: the body's error.
    func withoutAnswerLimit<Value>(_ body: () throws -> Value) rethrows -> Value {
        let (limited, limit) = (connection, connection.answerLimit)
        limited.answerLimit = nil
        defer { limited.answerLimit = limit }
        return try body()
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

    /// The calls that every transaction that writes begins with: they wait for the lock that lets one job at a time
    /// work on the schema, and hold it to the end of the transaction.
    var lockCalls: [Call] { [Call(SQL.requireWritable), Call(SQL.lockSchema, [schema])] }

    /// From here on each statement of the transaction is limited.
    var limitCall: Call {
        Call(SQL.limitStatements, [limits.statement.seconds, "\(max(limits.tableLockWait.milliseconds, 1))ms"])
    }

    /// What it means that a lock was not to be had, and who is in the way; nil where an error is another one.
    ///
    /// To be called when the transaction has been rolled back.
    func lockFailure(_ error: PostgresError, during task: String) -> JobError? {
        let isJobLock = error.statement == SQL.lockSchema
        // A statement_timeout of the user's own may be shorter than the wait for the job's lock.
        guard error.sqlState == "55P03" || (isJobLock && error.sqlState == "57014") else { return nil }
        let seconds = decimal((isJobLock ? limits.lockWait : limits.tableLockWait).seconds, 0)
        guard isJobLock else {
            let holders = tableLockHolders().map { "\n  \($0)" }.joined()
            return JobError(
                .tryAgain,
                "\(task): a table of schema \(schema) is locked by another session, and was not free within "
                    + "\(seconds) s.\(holders.isEmpty ? "" : " Locks are held by:\(holders)")",
                advice: """
                    Nothing of the batch was kept. Run again when the lock is released, or wait longer with \
                    --lock-wait and --retry-for; an administrator can end the other session with pg_terminate_backend(pid).
                    """)
        }
        let holder = schemaLockHolder()
        let sentence = holder.map { " It is held by \($0)." } ?? ""
        if let pid = holder?.pid, lostBackends.contains(pid) {
            return JobError(
                .tryAgain,
                "What is left of this run's own lost connection holds the job's lock on schema \(schema).\(sentence)",
                advice: """
                    Run again when the server has noticed that it is gone; a COMMIT that waits for a synchronous standby \
                    goes on when that is back.
                    """)
        }
        let wait = error.sqlState == "57014" ? "the statement_timeout of the user or database" : "\(seconds) s"
        return JobError(
            .tryAgain,
            "Another job is at work on schema \(schema); it did not finish within \(wait).\(sentence)",
            advice: "Run again when it has finished, or wait longer with --lock-wait.")
    }

    /// A statement with the quoted schema in place of `:"schema"`.
    func naming(_ statement: Statement) -> Statement {
        Statement(name: statement.name, sql: statement.sql.replacing(":\"schema\"", with: quotedSchema))
    }

    /// The schema, quoted as an identifier.
    var quotedSearchPath: String { quotedSchema }
}
