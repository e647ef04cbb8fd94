public import Logging

/// The database that the job was told to use, or may use.
public enum DatabaseTarget: Sendable {
    /// A connection URL or `keyword=value` string; empty where the environment says all.
    case named(String)
    /// A private server in a folder.
    case privateServer(folder: String)

    /// Environment variables of libpq that say which database to use.
    static let libpqVariables = ["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE"]

    /// Chooses the database: what the command line says, then the environment, then a private server.
    ///
    /// - Parameters:
    ///   - url: of `--database-url`.
    ///   - isLocal: whether `--local` was given.
    ///   - environment: of the process.
    ///   - folder: the current folder, where `.local/` may stand.
    ///   - isTerminal: whether a person is watching.
    /// - Throws: `JobError` (78) where nothing names a database: a cron line that lost its setting must not get
    ///   a throw-away database.
    public static func choose(
        url: String?, isLocal: Bool, environment: [String: String], folder: String, isTerminal: Bool
    ) throws -> DatabaseTarget {
        if let url { return .named(url) }
        if isLocal { return .privateServer(folder: folder) }
        if let url = environment["DATABASE_URL"], !url.isEmpty { return .named(url) }
        if libpqVariables.contains(where: { !(environment[$0] ?? "").isEmpty }) { return .named("") }
        if PrivateServer.exists(in: folder) || isTerminal { return .privateServer(folder: folder) }
        throw JobError(
            .configuration, "No database is named.",
            advice: """
                Set --database-url, DATABASE_URL or libpq's PG* variables, or give --local for a private PostgreSQL \
                that the job starts itself under .local/ of this folder.
                """)
    }

    /// How to connect to the database; a private server is started where it is not running.
    ///
    /// - Returns: a connection URL, `keyword=value` text or (empty) what the environment says, and whether the server is
    ///   a private one.
    /// - Throws: `JobError` where a private server cannot be started.
    public func ready(logger: Logger) async throws -> (database: String, isPrivate: Bool) {
        switch self {
        case .named(let database): (database, false)
        case .privateServer(let folder):
            (try await PrivateServer.startedConnectionString(in: folder, logger: logger), true)
        }
    }
}
