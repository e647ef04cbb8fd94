internal import Foundation
internal import Logging

extension PrivateServer {
    /// The longest wait for a server to be ready, which after a crash includes its recovery.
    private static let startSeconds = 300

    /// Starts the server where it is not running, and makes it where there is none; one job at a time does so.
    ///
    /// - Throws: `JobError`: 78 where programs or rights are missing, 69 where the server does not start.
    public func start() async throws -> PrivateServerRun {
        let user = try ServerUser.current()
        let before = try StateFolder(folder, user: user)
        if Self.major(of: before) == nil { try user.requireName() }
        let lock = try await StateLock.acquire(before.lockFile, logger: logger) {
            try before.checkBeginnable()
            try before.makeLocal(user: user)
        }
        defer { lock.release() }
        let state = try StateFolder(folder, user: user)
        try state.claim()
        try requireEnterable(state, user)
        if let process = try await settled(state), let major = Self.major(of: state) {
            if process.hasSocket { return Self.run(process, state, major) }
            logger.warning("The private PostgreSQL's socket is gone, as when its folder was moved; starting it anew")
            try await process.stop()
        }
        return try await startStopped(state, user)
    }

    private func startStopped(_ state: StateFolder, _ user: ServerUser) async throws -> PrivateServerRun {
        let existing = Self.major(of: state)
        let programs = try await ServerPrograms.find(major: existing, user: user)
        logger.info(
            """
            Starting a private PostgreSQL \(programs.version) under \(state.local)\
            \(existing == nil ? " (first time: initialising)" : "")
            """)
        if existing == nil {
            try await makeData(state, programs, user)
        }
        try makeLogFile(state, user)
        let socket = try SocketFolder(state, user: user)
        try socket.make(user: user)
        try await launch(state, socket, programs, user)
        guard case .running(let process) = ServerProcess.find(state.dataDirectory) else {
            throw unusable(state, "ended right after it had started")
        }
        return Self.run(process, state, programs.major)
    }

    private func requireEnterable(_ state: StateFolder, _ user: ServerUser) throws {
        guard FileFacts(state.dataDirectory) != nil, !user.canEnter(state.base) else { return }
        throw JobError(
            .configuration, "\(user.name), as whom PostgreSQL runs, may not enter \(state.base).",
            advice: "Let others pass: chmod o+x for each folder above that denies it.")
    }

    /// The server where it runs, once it has finished starting; nil where it does not run or has finished stopping.
    private func settled(_ state: StateFolder) async throws -> ServerProcess? {
        for _ in 0..<(Self.startSeconds * 10) {
            guard case .running(let process) = ServerProcess.find(state.dataDirectory) else { return nil }
            if process.isReady { return process }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw unusable(state, "runs, and was not ready within \(Self.startSeconds) seconds")
    }

    /// The log, which the server's user cannot create in a folder of root's.
    private func makeLogFile(_ state: StateFolder, _ user: ServerUser) throws {
        let descriptor = open(state.logFile, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw JobError(.configuration, "Cannot create \(state.logFile): \(systemErrorText()).")
        }
        defer { close(descriptor) }
        guard !user.isAnother || fchown(descriptor, user.uid, user.gid) == 0 else {
            throw JobError(.configuration, "Cannot give \(state.logFile) to \(user.name): \(systemErrorText()).")
        }
    }

    private func launch(
        _ state: StateFolder, _ socket: SocketFolder, _ programs: ServerPrograms, _ user: ServerUser
    ) async throws {
        let wasLeftBehind = removeStaleFile(state)
        let logSize = FileFacts(state.logFile)?.size ?? 0
        let arguments = [
            "start", "-w", "-s", "-t", "\(Self.startSeconds)", "-l", ServerText.insideDoubleQuotes(state.logFile), "-o",
            serverArguments(state, socket).map(ServerText.shellWord).joined(separator: " "),
        ]
        // After a crash the server's other processes may take a moment to notice, and the memory is in use till then.
        for attempt in 1...(wasLeftBehind ? 10 : 1) {
            if attempt > 1 { try await Task.sleep(for: .seconds(1)) }
            let variables = ["PGDATA": state.dataDirectory]
            let result = try await user.run(programs.path("pg_ctl"), arguments, variables: variables)
            if result.succeeded { return }
            logger.debug("pg_ctl start", metadata: ["ending": "\(result.ending)", "output": "\(result.output)"])
        }
        // A job that was killed may have left a pg_ctl that got there first.
        if try await settled(state) != nil { return }
        throw failure(state, logFrom: logSize)
    }

    /// What the server is told at every start: the data directory itself is as `initdb` made it.
    private func serverArguments(_ state: StateFolder, _ socket: SocketFolder) -> [String] {
        var settings = [
            "listen_addresses=", "port=\(SocketFolder.port)",
            "unix_socket_directories=\(ServerText.listEntry(socket.path))", "unix_socket_permissions=0700",
            "shared_buffers=256MB", "max_wal_size=2GB", "checkpoint_timeout=15min", "logging_collector=off",
        ]
        if !isDurable {
            settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"]
        }
        return ["-D", state.dataDirectory] + settings.flatMap { ["-c", $0] }
    }

    /// Removes a left-over `postmaster.pid` whose number another process has by now; returns whether one was left.
    ///
    /// The server would take that process for a running server; a number that nobody has it sees to itself.
    private func removeStaleFile(_ state: StateFolder) -> Bool {
        guard case .leftBehind(let pid) = ServerProcess.find(state.dataDirectory) else { return false }
        if pid <= 0 || kill(pid, 0) == 0 || errno == EPERM { unlink(ServerProcess.file(of: state.dataDirectory)) }
        return true
    }

    private func unusable(_ state: StateFolder, _ what: String) -> JobError {
        JobError(
            .unavailable, "The private PostgreSQL under \(state.local) \(what).",
            advice: "See its log, \(state.logFile).")
    }

    /// The error of a server that does not start, with what its log says from the start's offset on: what is before
    /// may quote rows.
    private func failure(_ state: StateFolder, logFrom offset: Int) -> JobError {
        let log = (try? Data(contentsOf: URL(filePath: state.logFile), options: .mappedIfSafe)) ?? Data()
        let lines = ServerText.lastLines(String(decoding: log.dropFirst(offset).suffix(16384), as: UTF8.self))
        return JobError(
            .unavailable,
            "The private PostgreSQL under \(state.local) does not start.",
            advice: "Its log, \(state.logFile), ends so:\n\(lines.isEmpty ? "  (it is empty)" : lines)")
    }
}
