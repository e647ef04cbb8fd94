import ArgumentParser
import Foundation
import Logging
import Synchronization

/// How logs are written to standard error.
struct LogOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }
    enum Level: String, ExpressibleByArgument, CaseIterable {
        case debug, info, warning, error

        var level: Logger.Level {
            switch self {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        }
    }

    @Option(help: "How progress and logs are written to standard error.")
    var logFormat = Format.text

    @Option(help: "The least important messages that are written.")
    var logLevel = Level.info

    /// Whether errors at the end of the program are to be JSON too.
    static var isJSON: Bool { jsonIsChosen.withLock { $0 } }
    private static let jsonIsChosen = Mutex(false)

    /// Notes how errors at the end of the program are to be written.
    static func choose(_ format: Format) { jsonIsChosen.withLock { $0 = format == .json } }

    /// Notes the same by the arguments of a command that could not be parsed.
    static func choose(byArguments arguments: [String]) {
        let isJSON = zip(arguments, arguments.dropFirst()).contains { $0 == ("--log-format", "json") }
        if isJSON || arguments.contains("--log-format=json") { choose(.json) }
    }

    /// A logger as the options ask for.
    func makeLogger() -> Logger {
        Self.choose(logFormat)
        var logger = Logger(label: "etl-job") { [logFormat] _ in StandardErrorLog(format: logFormat) }
        logger.logLevel = logLevel.level
        return logger
    }
}

/// Writes log messages to standard error, a line each.
struct StandardErrorLog: LogHandler {
    let format: LogOptions.Format
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
        switch format {
        case .json:
            let values = fields.mapValues { JSONValue($0) }
            StandardError.write(JSONLine(level: event.level, message: "\(event.message)", fields: values).text)
        case .text:
            let style = Style(.standardError)
            let prefix =
                switch event.level {
                case .warning: style.yellow("warning: ")
                case .error, .critical: style.red("error: ")
                case .trace, .debug: style.dim("debug: ")
                case .info, .notice: ""
                }
            let details = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            // What an info line says in words need not be said again; machines read the JSON.
            let shown = event.level == .info ? "" : details
            StandardError.write(prefix + printable(withoutPasswords("\(event.message)\(shown)")))
        }
    }
}
