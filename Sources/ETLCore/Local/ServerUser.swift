#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The user of the operating system that the server and its programs run as.
struct ServerUser: Sendable, Equatable {
    let uid: UInt32
    let gid: UInt32
    let name: String
    let home: String
    /// Whether the job is root and its programs must become this user first.
    let isAnother: Bool

    /// The user of the job itself, or where that is root, which PostgreSQL refuses, `postgres` or else `nobody`.
    ///
    /// - Throws: `JobError` (78) where the job is root and there is neither.
    static func current() throws -> ServerUser {
        let uid = geteuid()
        if uid != 0 {
            return ServerUser(
                uid: uid, gid: getegid(), name: name(of: uid), home: environmentVariable("HOME") ?? "/",
                isAnother: false)
        }
        for name in ["postgres", "nobody"] {
            if let user = named(name) { return user }
        }
        throw JobError(
            .configuration,
            "PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it instead.",
            advice: "Run as an ordinary user, add a user postgres, or name a database with --database-url.")
    }

    private static func named(_ name: String) -> ServerUser? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil, entry.pw_uid != 0 else {
            return nil
        }
        return ServerUser(
            uid: entry.pw_uid, gid: entry.pw_gid, name: name, home: entry.pw_dir.map { String(cString: $0) } ?? "/",
            isAnother: true)
    }

    /// Refuses a user whose id has no name, as containers may run with: `initdb` does.
    ///
    /// - Throws: `JobError` (78).
    func requireName() throws {
        guard Self.registeredName(of: uid) == nil else { return }
        throw JobError(
            .configuration,
            "The job runs as user id \(uid), which has no name on this system, and PostgreSQL needs one.",
            advice: "Run as a user of this system, or add one with this id (a line in /etc/passwd), or name a database "
                + "with --database-url.")
    }

    /// The name of a user, or its number where it has none.
    static func name(of uid: UInt32) -> String { registeredName(of: uid) ?? "user \(uid)" }

    private static func registeredName(of uid: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
            return nil
        }
        return String(cString: name)
    }

    /// Whether the user can enter a folder, judged by the permission bits of it and of each folder above.
    func canEnter(_ folder: String) -> Bool {
        guard isAnother else { return true }
        guard var path = resolvedPath(folder) else { return false }
        while true {
            guard let facts = FileFacts(path), facts.isDirectory, facts.letsExecute(uid: uid, gid: gid) else {
                return false
            }
            guard path != "/", let slash = path.lastIndex(of: "/") else { return true }
            path = slash == path.startIndex ? "/" : String(path[..<slash])
        }
    }

    /// Whether the user can execute a program.
    func canExecute(_ program: String) -> Bool {
        guard let path = resolvedPath(program), let slash = path.lastIndex(of: "/"), let facts = FileFacts(path) else {
            return false
        }
        guard !facts.isDirectory else { return false }
        guard isAnother else { return access(path, X_OK) == 0 }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        return facts.letsExecute(uid: uid, gid: gid) && canEnter(folder)
    }

    /// Makes a folder that only this user may use.
    ///
    /// - Throws: `JobError` (78) where it cannot be made.
    func makePrivateFolder(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 else {
            throw JobError(.configuration, "Cannot create \(path): \(systemErrorText()).")
        }
        guard chmod(path, 0o700) == 0, !isAnother || lchown(path, uid, gid) == 0 else {
            throw JobError(.configuration, "Cannot give \(path) to \(name): \(systemErrorText()).")
        }
    }
}
