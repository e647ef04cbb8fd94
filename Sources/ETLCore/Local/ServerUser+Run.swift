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

    /// Runs a program as this user, in `/`, with a clean environment, and collects what it writes.
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
        var options = PlatformOptions()
        if isAnother {
            options.userID = uid
            options.groupID = gid
            options.supplementaryGroups = []
        }
        let configuration = Configuration(
            executable: .path(.init(program)), arguments: Arguments(arguments), environment: .custom(keyed),
            workingDirectory: "/", platformOptions: options)
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
