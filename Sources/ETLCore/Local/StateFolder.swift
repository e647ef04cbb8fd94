internal import Foundation

/// Where the files of a private server are: in `.local/` itself, or, where the server's user cannot enter that,
/// in a folder under `/var/lib/etl-job` that a file in `.local/` names.
struct StateFolder: Sendable, Equatable {
    /// The folder that the server belongs to, without symbolic links.
    let folder: String
    /// Its `.local/`, without symbolic links.
    let local: String
    /// Where the data are: `local`, or a folder under `sharedFolder`.
    let base: String

    static let name = ".local"
    /// Holds the data of folders that the server's user cannot enter.
    static let sharedFolder = "/var/lib/etl-job"
    private static let freshPrefix = "data.new-"

    var dataDirectory: String { "\(base)/data" }
    var socketDirectory: String { "\(base)/socket" }
    var logFile: String { "\(base)/server.log" }
    var lockFile: String { "\(local)/server.lock" }
    var locationFile: String { "\(local)/location" }
    var isElsewhere: Bool { base != local }

    /// Whether a folder has the state of a private server; the `~/.local` of a desktop does not count.
    static func exists(in folder: String) -> Bool {
        ["data", "location", "server.lock"].contains { FileFacts("\(folder)/\(name)/\($0)") != nil }
    }

    /// Finds or chooses the place of a folder's state; changes nothing.
    ///
    /// - Throws: `JobError` (66) where there is no such folder, (78) where its `.local` is another user's or a copy.
    init(_ folder: String, user: ServerUser) throws {
        guard let resolved = resolvedPath(folder), FileFacts(resolved)?.isDirectory == true else {
            throw JobError(.noInput, "There is no folder \(folder).")
        }
        guard !resolved.contains(where: \.isNewline) else {
            throw JobError(.configuration, "The folder's name has a line break, which PostgreSQL's files cannot hold.")
        }
        self.folder = resolved
        let path = resolved == "/" ? "/\(Self.name)" : "\(resolved)/\(Self.name)"
        try Self.checkOwner(path)
        local = resolvedPath(path) ?? path
        if local != path { try Self.checkOwner(local) }

        if let location = smallFile("\(local)/location") {
            base = location.trimmingCharacters(in: .newlines)
            try checkLocation()
        } else if FileFacts("\(local)/data") != nil || user.canEnter(FileFacts(local) == nil ? resolved : local) {
            base = local
        } else {
            base = Self.newSharedBase()
        }
    }

    /// Refuses a `.local` that another user made.
    private static func checkOwner(_ path: String) throws {
        guard let facts = FileFacts(path), facts.owner != geteuid() else { return }
        let owner = ServerUser.name(of: facts.owner)
        throw JobError(
            .configuration, "\(path) belongs to \(owner), and this job runs as \(ServerUser.name(of: geteuid())).",
            advice: """
                Run as \(owner), or have \(owner) remove it with `etl-job local destroy`, or run in another folder, \
                or name a database with --database-url.
                """)
    }

    /// Makes `.local/`.
    ///
    /// - Throws: `JobError` (78) where it cannot be made.
    func makeLocal(user: ServerUser) throws {
        if FileFacts(local) != nil { return }
        // Root's must let the server's user through to its own folders within.
        let mode: mode_t = user.isAnother ? 0o711 : 0o700
        guard mkdir(local, mode) == 0 || errno == EEXIST, chmod(local, mode) == 0 else {
            throw JobError(
                .configuration, "Cannot create \(local): \(systemErrorText()).",
                advice: "Run in a folder that you may write in, or name a database with --database-url.")
        }
    }

    /// Writes a file whole or not at all: what is renamed is complete.
    ///
    /// - Throws: `JobError` (78).
    func write(_ text: String, to path: String) throws {
        let fresh = path + ".new"
        unlink(fresh)
        let descriptor = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw JobError(.configuration, "Cannot write \(path): \(systemErrorText()).") }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Foundation.write(descriptor, bytes, bytes.count) == bytes.count, rename(fresh, path) == 0 else {
            throw JobError(.configuration, "Cannot write \(path): \(systemErrorText()).")
        }
    }

    /// The path for data that are being made.
    func freshDataDirectory() -> String {
        "\(base)/\(Self.freshPrefix)\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }

    /// Removes what a killed `initdb` left behind.
    func removeFreshData() {
        for name in names(in: base) where name.hasPrefix(Self.freshPrefix) { try? removeAll("\(base)/\(name)") }
    }

    /// Removes all of the state.
    ///
    /// - Throws: `JobError` (78) where there are files that the job did not make, and nothing is removed then.
    func remove() throws {
        try checkRemovable()
        do {
            if isElsewhere {
                try removeAll(base)
                rmdir(Self.sharedFolder)
            }
            // The lock goes last: a job that waits for it starts anew.
            for name in names(in: local).sorted(by: { $1 == "server.lock" && $0 != $1 }) {
                try removeAll("\(local)/\(name)")
            }
            try FileManager.default.removeItem(atPath: "\(folder)/\(Self.name)")
        } catch {
            throw JobError(.configuration, "Cannot remove \(local): \(error.localizedDescription)")
        }
    }

    /// Refuses a state with files that the job did not make.
    func checkRemovable() throws {
        for place in Set([local, base]) {
            let unknown = unknownNames(in: place)
            guard unknown.isEmpty else {
                throw foreign(place, unknown, advice: "Move that away first; nothing was removed.")
            }
        }
    }

    /// Refuses to begin in a `.local` of another purpose, such as the one of a home folder.
    ///
    /// - Throws: `JobError` (78).
    func checkBeginnable() throws {
        guard FileFacts("\(local)/data") == nil, FileFacts(locationFile) == nil else { return }
        let unknown = unknownNames(in: local)
        guard unknown.isEmpty else {
            throw foreign(
                local, unknown, advice: "Run in another folder, or name a database with --database-url.")
        }
    }

    private func unknownNames(in place: String) -> [String] {
        let known = ["data", "socket", "server.log", "server.lock", "location", "location.new", "folder", "folder.new"]
        return names(in: place).filter { !known.contains($0) && !$0.hasPrefix(Self.freshPrefix) }.sorted()
    }

    private func foreign(_ place: String, _ unknown: [String], advice: String) -> JobError {
        JobError(
            .configuration,
            "\(place) holds what no private PostgreSQL made: \(unknown.prefix(5).joined(separator: ", ")).",
            advice: advice)
    }

    /// Removes a file or folder; the programs of a job that was killed may write there for a moment yet.
    private func removeAll(_ path: String) throws {
        for _ in 0..<20 {
            if FileFacts(path) == nil || (try? FileManager.default.removeItem(atPath: path)) != nil { return }
            usleep(50_000)
        }
        try FileManager.default.removeItem(atPath: path)
    }

    private func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
}
