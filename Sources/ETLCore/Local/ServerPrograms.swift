internal import Foundation

/// The programs of one PostgreSQL installation: `initdb`, `pg_ctl` and `postgres`.
struct ServerPrograms: Sendable {
    /// The folder they are in.
    let folder: String
    /// As in 15.18.
    let version: String
    /// As in 15.
    let major: Int

    /// The oldest major version that the job works with.
    static let oldestMajor = Session.oldestServerVersion / 10_000
    /// The variable that names the folder of the programs.
    static let folderVariable = "ETL_POSTGRES_BINDIR"
    private static let required = ["initdb", "pg_ctl", "postgres"]

    /// The path of one of the programs.
    func path(_ program: String) -> String { "\(folder)/\(program)" }

    /// The path of `psql`: beside the server, else the first in PATH; nil where there is none.
    func psql() -> String? {
        ([folder] + Self.searchPath()).map { "\($0)/psql" }.first { access($0, X_OK) == 0 }
    }

    /// Finds an installation that the user can execute.
    ///
    /// - Parameters:
    ///   - major: the version that made the data; nil for any that is new enough.
    ///   - named: the folder that the caller named; no other is looked at then.
    /// - Throws: `JobError` (78) that says what was looked for, and what to do.
    static func find(
        major: Int?, user: ServerUser, named: String? = environmentVariable(folderVariable)
    ) async throws -> ServerPrograms {
        if let named { return try await find(named, major, user) }
        var rejected: [String] = []
        var seen: Set<String> = []
        for candidate in try await candidates(user) {
            guard let folder = installationFolder(candidate, user), seen.insert(folder).inserted else { continue }
            guard let programs = try await examine(folder, user) else {
                rejected.append("\(folder) (tells no version)")
                continue
            }
            if programs.major >= oldestMajor && (major ?? programs.major) == programs.major { return programs }
            rejected.append("\(folder) (PostgreSQL \(programs.version))")
        }
        throw notFound(major, rejected)
    }

    /// The installation that the caller named, or what is wrong with it.
    private static func find(_ named: String, _ major: Int?, _ user: ServerUser) async throws -> ServerPrograms {
        func refusal(_ reason: String) -> JobError {
            JobError(
                .configuration, "\(folderVariable) is \(named), \(reason).",
                advice: "Name the folder of another installation, or unset \(folderVariable) to have one looked for.")
        }
        guard let folder = installationFolder(named, user) else {
            throw refusal("where \(user.name) cannot execute initdb, pg_ctl and postgres")
        }
        guard let programs = try await examine(folder, user) else { throw refusal("whose postgres tells no version") }
        guard programs.major >= oldestMajor else {
            throw refusal("which has PostgreSQL \(programs.version); the job needs \(oldestMajor) or later")
        }
        guard (major ?? programs.major) == programs.major else {
            throw refusal("which has PostgreSQL \(programs.version), while version \(major ?? 0) made the data here")
        }
        return programs
    }

    private static func candidates(_ user: ServerUser) async throws -> [String] {
        var folders = searchPath()
        if let program = searchPath().map({ "\($0)/pg_config" }).first(where: user.canExecute) {
            let result = try await user.run(program, ["--bindir"])
            if result.succeeded { folders.append(result.output.trimmingCharacters(in: .whitespacesAndNewlines)) }
        }
        folders += children(of: "/usr/lib/postgresql", prefix: "").map { "\($0)/bin" }
        for homebrew in ["/opt/homebrew/opt", "/usr/local/opt"] {
            folders += children(of: homebrew, prefix: "postgresql@").map { "\($0)/bin" }
        }
        return folders + children(of: "/usr", prefix: "pgsql-").map { "\($0)/bin" }
    }

    private static func searchPath() -> [String] {
        (environmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").map(String.init)
            .filter { $0.hasPrefix("/") }
    }

    /// The children whose names are a prefix and a version, the highest version first.
    private static func children(of folder: String, prefix: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let versions = names.compactMap { name in
            name.hasPrefix(prefix) ? Double(name.dropFirst(prefix.count)).map { (name, $0) } : nil
        }
        return versions.sorted { $0.1 > $1.1 }.map { "\(folder)/\($0.0)" }
    }

    /// The folder where the programs really are, behind links that a folder of PATH may hold.
    private static func installationFolder(_ candidate: String, _ user: ServerUser) -> String? {
        guard required.allSatisfy({ user.canExecute("\(candidate)/\($0)") }) else { return nil }
        let folders = Set(
            required.compactMap { resolvedPath("\(candidate)/\($0)") }
                .map { ($0 as NSString).deletingLastPathComponent })
        return folders.count == 1 ? folders.first : candidate
    }

    /// Asks an installation for its version; nil where it does not tell.
    private static func examine(_ folder: String, _ user: ServerUser) async throws -> ServerPrograms? {
        let result = try await user.run("\(folder)/postgres", ["--version"])
        // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", or 18beta1.
        let words = result.output.split { $0 == " " || $0 == "\n" }
        guard result.succeeded, words.count > 2, let major = Int(words[2].prefix { $0.isNumber }) else { return nil }
        return ServerPrograms(folder: folder, version: String(words[2]), major: major)
    }

    private static func notFound(_ major: Int?, _ rejected: [String]) -> JobError {
        let found = rejected.isEmpty ? "" : " Found only: \(rejected.joined(separator: ", "))."
        let elsewhere = "or name a database with --database-url, DATABASE_URL or libpq's PG* variables."
        if let major {
            return JobError(
                .configuration,
                "The private PostgreSQL's data were made by version \(major), whose server is not to be found.\(found)",
                advice: """
                    Install it (apt-get install postgresql-\(major), or brew install postgresql@\(major)), set \
                    \(folderVariable) to the folder of its programs, give the data up with `etl-job local destroy`, \
                    \(elsewhere)
                    """)
        }
        return JobError(
            .configuration,
            """
            No PostgreSQL server (\(oldestMajor) or later) to start: looked for initdb, pg_ctl and postgres in \
            PATH, the folder that pg_config names, /usr/lib/postgresql/*/bin, \
            /opt/homebrew/opt/postgresql@*/bin, /usr/local/opt/postgresql@*/bin and /usr/pgsql-*/bin.\(found)
            """,
            advice: """
                Install one (apt-get install postgresql, or brew install postgresql@17), set \(folderVariable), \
                \(elsewhere)
                """)
    }
}
