internal import Foundation

/// A server as its `postmaster.pid` tells of it.
struct ServerProcess: Sendable, Equatable {
    let pid: Int32
    let port: Int
    let socketDirectory: String
    /// Whether it takes connections.
    let isReady: Bool

    /// What the process of a `postmaster.pid` turned out to be.
    enum Finding: Equatable {
        /// There is no `postmaster.pid`.
        case none
        /// No server of these data runs; the file was left behind, and its number may be another process's by now.
        case leftBehind(pid: Int32)
        /// The server of these data.
        case running(ServerProcess)
    }

    /// The file's path.
    static func file(of dataDirectory: String) -> String { "\(dataDirectory)/postmaster.pid" }

    /// Looks for the server of a data directory.
    static func find(_ dataDirectory: String) -> Finding {
        guard let text = smallFile(file(of: dataDirectory)) else { return .none }
        // Lines: pid, data directory, start time, port, socket directory, address, shared memory, state.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let pid = lines.first.flatMap({ Int32($0) }), pid > 0 else { return .leftBehind(pid: 0) }
        guard serves(pid, dataDirectory, recorded: lines.dropFirst().first ?? "") else { return .leftBehind(pid: pid) }
        func line(_ number: Int) -> String { number < lines.count ? lines[number] : "" }
        return .running(
            ServerProcess(
                pid: pid, port: Int(line(3)) ?? 0, socketDirectory: line(4),
                isReady: line(7).trimmingCharacters(in: .whitespaces) == "ready"))
    }

    /// Whether its socket is where it said; a folder that was moved took the socket with it.
    var hasSocket: Bool { FileFacts("\(socketDirectory)/.s.PGSQL.\(port)") != nil }

    /// Whether a process runs; one that has ended and that nobody has waited for does not.
    static func isAlive(_ pid: Int32) -> Bool {
        guard kill(pid, 0) == 0 || errno == EPERM else { return false }
        #if os(Linux)
            // What has ended has no command line.
            return smallFile("/proc/\(pid)/cmdline", limit: 1)?.isEmpty == false
        #else
            return true
        #endif
    }

    /// Whether a process is the server of a data directory, and not one that got the number of a dead server.
    ///
    /// - Parameter recorded: the data directory as its `postmaster.pid` tells it.
    private static func serves(_ pid: Int32, _ dataDirectory: String, recorded: String) -> Bool {
        guard isAlive(pid) else { return false }
        #if os(Linux)
            let words = (smallFile("/proc/\(pid)/cmdline") ?? "").split(separator: "\0").map(String.init)
            guard let flag = words.firstIndex(of: "-D"), flag + 1 < words.count, words[0].contains("postgres") else {
                return false
            }
            // A server works in its data directory; where that may not be seen, the command line tells.
            let data = FileFacts(dataDirectory, followingLinks: true)
            if let data, let place = FileFacts("/proc/\(pid)/cwd", followingLinks: true) {
                return place.isSameFile(as: data)
            }
            return isPlace(words[flag + 1], of: dataDirectory)
        #else
            return isPlace(recorded, of: dataDirectory)
        #endif
    }

    /// Whether what a server calls its data directory is this one, and this one no copy of it.
    private static func isPlace(_ served: String, of dataDirectory: String) -> Bool {
        guard served != dataDirectory, let facts = FileFacts(served, followingLinks: true) else {
            // Where the directory is no more, it was moved to here with the server running.
            return true
        }
        return FileFacts(dataDirectory, followingLinks: true).map(facts.isSameFile) ?? false
    }

    /// Asks the server to end its sessions and stop, and waits until it is gone.
    ///
    /// - Throws: `JobError` (69) where it does not stop within two minutes.
    func stop() async throws {
        guard kill(pid, SIGINT) == 0 || errno == ESRCH else {
            throw JobError(.unavailable, "Cannot stop the private PostgreSQL (process \(pid)): \(systemErrorText()).")
        }
        for _ in 0..<1200 {
            // It removes its file a moment before it lets go of its memory.
            guard Self.isAlive(pid) else { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw JobError(
            .unavailable, "The private PostgreSQL (process \(pid)) did not stop within two minutes.",
            advice: "See its log, or end it: kill -QUIT \(pid)")
    }
}
