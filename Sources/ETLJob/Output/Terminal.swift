import Foundation

/// An output of the process.
enum Output {
    case standardOutput
    case standardError

    /// Whether a person is watching it.
    var isTerminal: Bool {
        switch self {
        case .standardOutput: isatty(STDOUT_FILENO) == 1
        case .standardError: isatty(STDERR_FILENO) == 1
        }
    }
}

/// Colours: only on a terminal, and never with `NO_COLOR` or a dumb terminal.
struct Style {
    private let hasColour: Bool

    init(_ output: Output) {
        let environment = ProcessInfo.processInfo.environment
        hasColour =
            output.isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] ?? "dumb" != "dumb"
    }

    func red(_ text: String) -> String { wrap(text, "31") }
    func green(_ text: String) -> String { wrap(text, "32") }
    func yellow(_ text: String) -> String { wrap(text, "33") }
    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }

    private func wrap(_ text: String, _ code: String) -> String {
        hasColour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

/// Standard error, for progress and logs.
enum StandardError {
    static func write(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
    static func writeRaw(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// Standard output, for results.
///
/// A reader that went away (`| head`) ends the program quietly.
enum StandardOutput {
    static func write(_ line: String) {
        let text = Array((line + "\n").utf8)
        var sent = 0
        while sent < text.count {
            let count = text[sent...].withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count < 0 { exit(errno == EPIPE ? 0 : 70) }
            sent += count
        }
    }
}

/// Text that may have come from raw data, with control characters made visible: they must not steer a terminal.
func printable(_ text: String, keepingLines: Bool = false) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        let steers =
            switch scalar.properties.generalCategory {
            case .control: !(keepingLines && scalar == "\n")
            case .format, .lineSeparator, .paragraphSeparator: true
            default: false
            }
        if steers {
            result += scalar == "\t" ? " " : "\\u{\(String(scalar.value, radix: 16))}"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}
