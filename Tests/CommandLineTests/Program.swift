import Foundation
import Subprocess
import Testing
import TestSupport

/// The built binary, run as a person or a script would.
struct Program {
    /// What a run of the binary gave.
    struct Outcome {
        let code: Int32
        let output: String
        let errors: String

        /// Standard output as JSON.
        func json() throws -> [String: Any] {
            try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
        }
    }

    /// Folder that the program runs in.
    var folder: String
    /// Environment on top of a bare one.
    var environment: [String: String] = [:]

    /// The binary that was built beside the bundle of these tests, which the runner names in its arguments.
    static let path: String = {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        let folder = bundle.components(separatedBy: ".xctest")[0]
        return URL(fileURLWithPath: folder).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("etl-job").path
    }()

    /// Runs the program to its end.
    func run(_ arguments: String..., input: String = "") async throws -> Outcome {
        try await run(arguments, input: input)
    }

    /// Runs the program to its end.
    func run(_ arguments: [String], input: String = "") async throws -> Outcome {
        var variables = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": folder]
        variables.merge(environment) { _, new in new }
        let custom = variables.reduce(into: [Environment.Key: String]()) { environment, variable in
            if let key = Environment.Key(rawValue: variable.key) { environment[key] = variable.value }
        }
        let result = try await Subprocess.run(
            .path(.init(Self.path)), arguments: .init(arguments), environment: .custom(custom),
            workingDirectory: .init(folder), input: .string(input), output: .string(limit: 10_000_000),
            error: .string(limit: 10_000_000))
        let code: Int32 =
            switch result.terminationStatus {
            case .exited(let code): Int32(code)
            case .signaled(let signal): 1000 + Int32(signal)
            }
        return Outcome(code: code, output: result.standardOutput, errors: result.standardError)
    }
}

extension Program {
    /// Sends a signal to the run of this program that was started in the same folder.
    func signalRunning(_ number: Int32, command: String = "run .") async throws {
        let listing = try await Subprocess.run(
            .name("ps"), arguments: ["-A", "-o", "pid=,args="], output: .string(limit: 10_000_000))
        let pids = listing.standardOutput.split(separator: "\n").filter { $0.contains("\(Self.path) \(command)") }
            .compactMap { Int32($0.split(separator: " ")[0]) }
            .filter { pid in
                // Several runs may be under way; this one is told by its folder, where the system shows it.
                guard FileManager.default.fileExists(atPath: "/proc/self/cwd") else { return true }
                let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")
                return link == URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
            }
        #expect(pids.count == 1)
        for pid in pids { kill(pid, number) }
    }
}
