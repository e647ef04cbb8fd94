internal import PostgresClient

/// How a folder's private server is doing.
public enum PrivateServerStatus: Sendable, Equatable {
    /// There is none.
    case notCreated
    /// It has data, and does not run.
    case stopped(PrivateServerFiles)
    /// It runs.
    case running(PrivateServerRun)
}

/// Where a private server keeps its files.
public struct PrivateServerFiles: Sendable, Equatable {
    /// The data directory.
    public let dataDirectory: String
    /// The server's log.
    public let logFile: String
    /// The major version that made the data, as in 15.
    public let majorVersion: Int
}

/// A private server that runs.
public struct PrivateServerRun: Sendable, Equatable {
    /// Where its files are.
    public let files: PrivateServerFiles
    /// Its process.
    public let pid: Int32
    /// The folder of its Unix socket.
    public let socketDirectory: String
    /// The port, which is part of the socket's name.
    public let port: Int

    /// How to connect, as libpq's keywords and values.
    public var connectionKeywords: [(keyword: String, value: String)] {
        [
            ("host", socketDirectory), ("port", "\(port)"), ("user", PrivateServer.databaseName),
            ("dbname", PrivateServer.databaseName),
        ]
    }

    /// How to connect, as libpq's `keyword=value` text.
    public var connectionString: String {
        connectionKeywords.map { "\($0)=\(ServerText.connectionValue($1))" }.joined(separator: " ")
    }

    /// The version that the server itself tells, as in 15.18; the major one alone where it cannot be asked.
    public func version() -> String {
        let connection = try? Connection(database: connectionString, defaults: [("connect_timeout", "5")])
        let version = connection?.parameterStatus("server_version")?.prefix { $0 != " " }
        return version.map(String.init) ?? "\(files.majorVersion)"
    }
}
