import Foundation
import Synchronization

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

    /// How many columns the terminal has; nil where there is none, or where it does not say.
    var columns: Int? {
        var size = winsize()
        let descriptor = self == .standardOutput ? STDOUT_FILENO : STDERR_FILENO
        guard isTerminal, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
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
///
/// Any thread may write. As much is written as can be: a log that cannot be kept must not stop a load.
enum StandardError {
    private static let hasBar = Mutex(false)
    private static let erase = "\r\u{1B}[K"

    /// Writes a line, in place of the progress bar where there is one.
    static func write(_ line: String) {
        hasBar.withLock { hasBar in
            _ = send((hasBar ? erase : "") + line + "\n", to: STDERR_FILENO)
            hasBar = false
        }
    }

    /// Writes a question, to be answered on the same line.
    static func ask(_ question: String) { _ = send(question, to: STDERR_FILENO) }

    /// Draws the progress bar, in place of the one before; only for terminals.
    static func drawBar(_ text: String) {
        hasBar.withLock { hasBar in
            _ = send(erase + text, to: STDERR_FILENO)
            hasBar = true
        }
    }

    /// Leaves a clean line behind.
    static func clearBar() {
        hasBar.withLock { hasBar in
            if hasBar { _ = send(erase, to: STDERR_FILENO) }
            hasBar = false
        }
    }
}

/// Standard output, for results.
///
/// A reader that went away (`| head`) ends the program quietly.
enum StandardOutput {
    static func write(_ line: String) {
        guard let code = send(line + "\n", to: STDOUT_FILENO) else { return }
        if code == EPIPE {
            CommandEnd.write(0)
            exit(0)
        }
        Failure.report("Standard output cannot be written: \(String(cString: strerror(code))).", code: 69)
        exit(69)
    }
}

/// Writes a text to a file descriptor; returns the error number where that fails.
private func send(_ text: String, to descriptor: Int32) -> Int32? {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 {
            if errno == EINTR { continue }
            return errno
        }
        sent += count
    }
    return nil
}

/// Makes sure that the process has its three standard streams, and that a reader that went away does not end it.
func prepareStandardStreams() {
    signal(SIGPIPE, SIG_IGN)
    // A closed one would give its number to the next file or socket.
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
        _ = open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY)
    }
}
