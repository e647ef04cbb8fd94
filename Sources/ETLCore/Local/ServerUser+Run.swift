internal import Subprocess

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// How a program ended.
struct ProgramResult: Sendable {
    let succeeded: Bool
    /// What it wrote to standard output and standard error.
    let output: String
    /// How it ended, in words: `exited(1)`.
    let ending: String
}

extension ServerUser {
    /// Variables that a program of the server may inherit; no `PG*` variable of the caller is among them.
    private static let inheritedVariables: Set<String> = [
        "PATH", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
    ]

    /// Runs a program as this user, in `/`, in a session of its own, with a clean environment, and collects what it
    /// writes.
    ///
    /// - Throws: `JobError` (69) where it cannot be started.
    func run(
        _ program: String, _ arguments: [String], variables: [String: String] = [:], input: String? = nil
    ) async throws -> ProgramResult {
        var values = Self.currentVariables().filter {
            Self.inheritedVariables.contains($0.key) || $0.key.hasPrefix("LC_")
        }
        values["HOME"] = home
        values.merge(variables) { _, new in new }
        var keyed: [Environment.Key: String] = [:]
        for (name, value) in values {
            if let key = Environment.Key(rawValue: name) { keyed[key] = value }
        }
        let words = isAnother ? try becoming([program] + arguments) : [program] + arguments
        var configuration = Configuration(
            executable: .path(.init(words[0])), arguments: Arguments(Array(words.dropFirst())),
            environment: .custom(keyed), workingDirectory: "/")
        // Ctrl-C is for the job alone: its programs come to their end, and what they made is whole or thrown away.
        configuration.platformOptions.createSession = true
        let limit = 1 << 20
        do {
            if let input {
                let result = try await Subprocess.run(
                    configuration, input: .string(input), output: .string(limit: limit), error: .combinedWithOutput)
                return ProgramResult(result.terminationStatus, result.standardOutput)
            }
            let result = try await Subprocess.run(
                configuration, input: .none, output: .string(limit: limit), error: .combinedWithOutput)
            return ProgramResult(result.terminationStatus, result.standardOutput)
        } catch let error as SubprocessError {
            throw JobError(.unavailable, "Cannot run \(program) as \(name): \(error)")
        }
    }

    /// The words of a command, run as this user by a program of the system's.
    ///
    /// Not by Subprocess's own `userID`: between its `clone` and `exec` it calls glibc's `setgroups`, which waits for
    /// the threads of the parent, and now and then that wait has no end (seen with swift-subprocess 1.0.2).
    ///
    /// - Throws: `JobError` (78) where the system has none of the programs.
    private func becoming(_ words: [String]) throws -> [String] {
        let folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"]
        func find(_ name: String) -> String? { folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 } }
        // Busybox has a setpriv that cannot change users.
        if let setpriv = find("setpriv"), resolvedPath(setpriv)?.hasSuffix("busybox") == false {
            return [setpriv, "--reuid=\(uid)", "--regid=\(gid)", "--clear-groups", "--"] + words
        }
        if let runuser = find("runuser") { return [runuser, "-u", name, "--"] + words }
        if let su = find("su") {
            let command = words.map(ServerText.shellWord).joined(separator: " ")
            #if os(Linux)
                return [su, "-s", "/bin/sh", name, "-c", "exec \(command)"]
            #else
                return [su, "-m", name, "-c", "exec \(command)"]
            #endif
        }
        throw JobError(
            .configuration, "There is no setpriv, runuser or su to run PostgreSQL as \(name).",
            advice: "Run as an ordinary user, or name a database with --database-url.")
    }

    private static func currentVariables() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return variables
    }
}

extension ProgramResult {
    fileprivate init(_ status: TerminationStatus, _ output: String) {
        self.init(succeeded: status.isSuccess, output: output, ending: "\(status)")
    }
}
