import Foundation

/// The built binary, run as a person or a script would.
public struct Program: Sendable {
    /// What a run of the binary gave.
    public struct Outcome: Sendable {
        /// The exit code; 1000 and the signal's number where a signal ended it.
        public let code: Int32
        /// What it wrote to standard output.
        public let output: String
        /// What it wrote to standard error.
        public let errors: String

        /// Standard output as JSON, its numbers exact.
        public func json() throws -> [String: Any] {
            try JSONText.object(output)
        }

        /// The lines of a JSON log; each must be an object with time, level and message.
        ///
        /// - Throws: `HarnessError` where one is not.
        public func log() throws -> [[String: Any]] {
            try errors.split(separator: "\n").map { line in
                let entry = try JSONText.object(String(line))
                guard let time = entry["time"] as? String, entry["level"] is String, entry["message"] is String,
                    time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/) != nil
                else { throw HarnessError("no line of a log: \(line)") }
                return entry
            }
        }

        /// The events of a name in a JSON log.
        public func events(_ name: String) throws -> [[String: Any]] {
            try log().filter { $0["event"] as? String == name }
        }
    }

    /// Folder that the program runs in.
    public var folder: String
    /// Environment on top of a bare one.
    public var environment: [String: String]

    /// A program that is not started yet.
    public init(folder: String, environment: [String: String] = [:]) {
        self.folder = folder
        self.environment = environment
    }

    /// The binary that was built beside the bundle of these tests, which the runner names in its arguments.
    public static let path: String = {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        let folder = bundle.components(separatedBy: ".xctest")[0]
        return URL(fileURLWithPath: folder).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("etl-job").path
    }()

    /// Runs the program to its end.
    public func run(_ arguments: String..., input: String = "") async throws -> Outcome {
        try await run(arguments, input: input)
    }

    /// Runs the program to its end.
    public func run(_ arguments: [String], input: String = "") async throws -> Outcome {
        try await start(arguments, input: .text(input)).outcome()
    }

    /// Starts the program; its end is to be awaited with `outcome()`.
    public func start(_ arguments: [String], input: RunningProgram.Input = .text("")) throws -> RunningProgram {
        var variables = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": folder]
        variables.merge(environment) { _, new in new }
        return try RunningProgram(Self.path, arguments, variables: variables, folder: folder, input: input)
    }
}

/// The tests' own tools could not do what they were asked to.
public struct HarnessError: Error, CustomStringConvertible {
    /// What went wrong.
    public let description: String
    /// Makes an error.
    public init(_ description: String) { self.description = description }
}
