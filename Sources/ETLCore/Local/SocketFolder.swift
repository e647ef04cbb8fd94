internal import Foundation

/// The folder of the server's Unix socket.
struct SocketFolder: Sendable, Equatable {
    let path: String
    /// The port, which for a Unix socket is but a part of its name.
    static let port = 5432

    /// The longest path of a socket that the system takes.
    #if os(Linux)
        private static let longestPath = 107
    #else
        private static let longestPath = 103
    #endif

    /// Chooses the folder: beside the data where the path is short enough, else one under `/tmp`.
    init(_ state: StateFolder, user: ServerUser) throws {
        let path = state.socketDirectory
        // libpq takes a comma for the end of a host's name.
        if "\(path)/.s.PGSQL.\(Self.port)".utf8.count <= Self.longestPath && !path.contains(",") {
            self.path = path
        } else {
            self.path = try "/tmp/etl-job-\(user.uid)-" + SHA256Digest.hex(of: state.folder).prefix(16)
        }
    }

    /// Makes the folder, for the server's user alone.
    ///
    /// - Throws: `JobError` (78) where somebody else made one of that name.
    func make(user: ServerUser) throws {
        guard let facts = FileFacts(path) else { return try user.makePrivateFolder(path) }
        guard facts.isDirectory, !facts.isSymbolicLink, facts.owner == user.uid else {
            throw JobError(
                .configuration,
                "\(path), where the private PostgreSQL's socket is to be, is \(ServerUser.name(of: facts.owner))'s "
                    + "\(facts.isDirectory ? "folder" : "file") and not a folder of \(user.name)'s.",
                advice: "Remove it, or have its owner remove it.")
        }
        guard facts.mode == 0o700 || chmod(path, 0o700) == 0 else {
            throw JobError(.configuration, "Cannot make \(path) private: \(systemErrorText()).")
        }
    }
}

extension SocketFolder {
    /// The folder where a running server has its socket.
    init(of process: ServerProcess) { path = process.socketDirectory }

    /// Removes the folder where it is one of the job's under `/tmp`.
    func remove(user: ServerUser) {
        guard path.hasPrefix("/tmp/etl-job-\(user.uid)-"), let facts = FileFacts(path), facts.isDirectory,
            facts.owner == user.uid
        else { return }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}
