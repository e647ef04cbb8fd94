public import Logging

/// The private PostgreSQL of a folder: started by the job under `.local/`, on a Unix socket only, for its user only.
public struct PrivateServer: Sendable {
    let folder: String
    let isDurable: Bool
    let logger: Logger

    /// The name of the server's superuser and of the database.
    static let databaseName = "etl"

    /// The server of a folder, which need not exist yet.
    ///
    /// - Parameters:
    ///   - folder: the folder in which `.local/` stands or is to stand.
    ///   - durable: false gives up all safety against crashes for speed, takes many connections, and is for tests only.
    public init(in folder: String, durable: Bool = true, logger: Logger) {
        self.folder = folder
        isDurable = durable
        self.logger = logger
    }

    /// Whether a folder has a private server, running or not.
    public static func exists(in folder: String) -> Bool { StateFolder.exists(in: folder) }

    /// Starts the server of a folder where it is not running, and tells how to connect, as libpq's `keyword=value`.
    ///
    /// - Throws: `JobError`: 78 where programs or rights are missing, 69 where the server does not start.
    public static func startedConnectionString(in folder: String, logger: Logger) async throws -> String {
        try await PrivateServer(in: folder, logger: logger).start().connectionString
    }

    /// What is known of the server.
    ///
    /// - Throws: `JobError` (78) where `.local/` is another user's.
    public func status() throws -> PrivateServerStatus {
        let state = try StateFolder(folder, user: .current())
        guard let major = Self.major(of: state) else { return .notCreated }
        guard case .running(let process) = ServerProcess.find(state.dataDirectory) else {
            return .stopped(
                PrivateServerFiles(dataDirectory: state.dataDirectory, logFile: state.logFile, majorVersion: major))
        }
        return .running(Self.run(process, state, major))
    }

    /// Stops the server; returns whether it was running.
    ///
    /// - Throws: `JobError`: 78 where `.local/` is another user's, 69 where the server does not stop.
    @discardableResult
    public func stop() async throws -> Bool {
        let user = try ServerUser.current()
        let before = try StateFolder(folder, user: user)
        guard Self.exists(in: folder) else { return false }
        let lock = try await StateLock.acquire(before.lockFile, logger: logger) { try before.makeLocal(user: user) }
        defer { lock.release() }
        let state = try StateFolder(folder, user: user)
        try state.claim()
        return try await Self.stop(state)
    }

    /// Stops the server and removes its data and `.local/`; returns whether there was anything to remove.
    ///
    /// - Throws: `JobError`: 78 where `.local/` is another user's or holds what the job did not make, 69 where the
    ///   server does not stop.
    @discardableResult
    public func destroy() async throws -> Bool {
        let user = try ServerUser.current()
        guard Self.exists(in: folder) else { return false }
        let before = try StateFolder(folder, user: user)
        let lock = try await StateLock.acquire(before.lockFile, logger: logger) { try before.makeLocal(user: user) }
        defer { lock.release() }
        let state = try StateFolder(folder, user: user)
        try state.checkRemovable()
        var sockets = [try SocketFolder(state, user: user)]
        // Of a server whose folder was moved, the socket is still where the old name put it.
        if case .running(let process) = ServerProcess.find(state.dataDirectory) {
            sockets.append(SocketFolder(of: process))
        }
        try await Self.stop(state)
        for socket in sockets { socket.remove(user: user) }
        try state.remove()
        return true
    }

    /// The path of `psql`, beside the server's programs where it is there.
    ///
    /// - Throws: `JobError` (78) where there is none.
    public func psql() async throws -> String {
        let user = try ServerUser.current()
        let programs = try await ServerPrograms.find(major: Self.major(of: StateFolder(folder, user: user)), user: user)
        guard let psql = programs.psql() else {
            throw JobError(
                .configuration, "There is no psql in \(programs.folder) or in PATH.",
                advice: "Install it: apt-get install postgresql-client, or brew install libpq.")
        }
        return psql
    }

    /// The major version that made the data; nil where there are none.
    static func major(of state: StateFolder) -> Int? {
        smallFile("\(state.dataDirectory)/PG_VERSION").flatMap { Int($0.prefix { $0.isNumber }) }
    }

    /// A running server, as told to the world.
    static func run(_ process: ServerProcess, _ state: StateFolder, _ major: Int) -> PrivateServerRun {
        PrivateServerRun(
            files: PrivateServerFiles(
                dataDirectory: state.dataDirectory, logFile: state.logFile, majorVersion: major),
            pid: process.pid, socketDirectory: process.socketDirectory, port: process.port)
    }

    @discardableResult
    private static func stop(_ state: StateFolder) async throws -> Bool {
        guard case .running(let process) = ServerProcess.find(state.dataDirectory) else { return false }
        try await process.stop()
        return true
    }
}
