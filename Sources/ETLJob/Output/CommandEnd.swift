import ArgumentParser
import Foundation
import Logging
import Synchronization

/// The one event with which a JSON log says how a command ended, whoever ends it: the command, an error, a signal.
enum CommandEnd {
    private struct State {
        var command: String?
        var event: String?
        var fields: @Sendable () -> [String: JSONValue] = { [:] }
        var isWritten = false
    }
    private static let state = Mutex(State())

    /// The command as far as the arguments tell, for the case that they cannot be parsed.
    static func begin(arguments: [String]) {
        let known = ETLJob.configuration.subcommands.compactMap { $0.configuration.commandName }
        let command = arguments.first { known.contains($0) }
        state.withLock { $0.command = command }
    }

    /// The command that runs.
    static func begin(_ type: any ParsableCommand.Type) {
        guard let path = path(of: type, below: ETLJob.self) else { return }
        state.withLock { $0.command = path.joined(separator: " ") }
    }

    private static func path(of type: any ParsableCommand.Type, below root: any ParsableCommand.Type) -> [String]? {
        for command in root.configuration.subcommands {
            guard let name = command.configuration.commandName else { continue }
            if command == type { return [name] }
            if let rest = path(of: type, below: command) { return [name] + rest }
        }
        return nil
    }

    /// The event of the command that runs, and what it tells beside the exit code; asked for at the end.
    static func describe(as event: String, _ fields: @escaping @Sendable () -> [String: JSONValue]) {
        state.withLock { ($0.event, $0.fields) = (event, fields) }
    }

    /// Writes the event, once; where the log is not JSON, or the command ended well and has none, nothing.
    ///
    /// - Parameters:
    ///   - code: that the program exits with.
    ///   - error: what went wrong.
    ///   - advice: what to do about it.
    static func write(_ code: Int32, error: String? = nil, advice: String? = nil) {
        guard LogOptions.isJSON else { return }
        let (state, isFirst) = state.withLock { state in
            defer { if code != 0 || state.event != nil { state.isWritten = true } }
            return (state, !state.isWritten)
        }
        var fields: [String: JSONValue] = advice.map { ["advice": .text($0)] } ?? [:]
        guard isFirst else {
            if let error { StandardError.write(JSONLine(level: .error, message: error, fields: fields).text) }
            return
        }
        guard code != 0 || state.event != nil else { return }
        fields.merge(state.fields()) { _, new in new }
        fields["exit_code"] = .integer(Int(code))
        if let error { fields["error"] = .text(error) }
        fields["command"] = state.command.map { .text($0) } ?? .null
        let event = state.event ?? "command_finished"
        let words = event.split(separator: "_").joined(separator: " ")
        let message = error ?? (code == 0 ? words : "\(words) with exit code \(code)")
        JobEvent.write(event, level: code == 0 ? .info : code == 1 ? .warning : .error, message: message, fields)
    }
}
