internal import PostgresClient

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A command that prints the password of a database: one that is kept elsewhere, or a token that lives for minutes.
///
/// Neither the password nor the command itself, which may hold a secret too, is part of any error.
public struct PasswordCommand: Sendable, Hashable {
    /// What `/bin/sh` runs.
    private let command: String
    /// The option or variable that gave the command, for messages.
    private let origin: String
    /// How long it may take.
    var timeLimit = Duration.seconds(30)

    /// A command with the name of the option or variable that gave it.
    public init(_ command: String, origin: String) {
        self.command = command
        self.origin = origin
    }

    /// The command of an option, else of an environment variable; nil where neither says one.
    public static func choose(_ text: String?, _ option: String, _ variable: String) -> PasswordCommand? {
        if let text { return PasswordCommand(text, origin: option) }
        return environmentVariable(variable).map { PasswordCommand($0, origin: variable) }
    }

    /// What to do about a command that gives no password.
    static let advice = """
        Run the command by hand, as the user and in the environment of the job: it must end well, and print the \
        password on the first line of its standard output.
        """

    /// Runs the command and returns the first line that it prints; without the carriage return at its end.
    ///
    /// It gets the job's environment but not its standard input, and no terminal. What it leaves running is ended.
    ///
    /// - Parameter check: throws where the job is to stop; asked twenty times a second.
    /// - Throws: `PostgresError` of kind `noPassword`, or the error of `check`.
    public func password(check: () throws -> Void = {}) throws -> String {
        let result = try run(check)
        let line = result.output.prefix { $0 != UInt8(ascii: "\n") }
        let bytes = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        guard result.status == 0 else { throw failure(Self.ending(result.status), result) }
        guard !bytes.isEmpty else { throw failure("printed no password", result) }
        guard !bytes.contains(0), let password = String(validating: bytes, as: UTF8.self) else {
            throw failure("printed what is no UTF-8 text", result)
        }
        return password
    }

    private static func ending(_ status: Int32) -> String {
        let number = status & 0x7F
        guard number == 0 else { return "was ended by signal \(number)" }
        let code = status >> 8 & 0xFF
        switch code {
        case 126: return "failed with exit code 126: a program that it names may not be run"
        case 127: return "failed with exit code 127: a program that it names was not found"
        default: return "failed with exit code \(code)"
        }
    }

    private func failure(_ what: String, _ result: CommandResult) -> PostgresError {
        let words = CommandWords(result, command: command).text
        return PostgresError(
            .noPassword,
            message: "the password command (\(origin)) \(what)\(words.isEmpty ? "" : "; it wrote:\n\(words)")")
    }

    // MARK: - Running

    private func run(_ check: () throws -> Void) throws -> CommandResult {
        let process: CommandProcess
        do {
            process = try CommandProcess(shell: "/bin/sh", command: command)
        } catch let error as CommandProcess.CannotStart {
            throw failure("could not be started: \(error.reason)", CommandResult())
        }
        let start = ContinuousClock.now
        while true {
            do { try check() } catch {
                process.end()
                throw error
            }
            // Fifty milliseconds at most, less where something comes.
            let hasEnded = process.collect()
            if hasEnded { return process.end() }
            if process.hasWrittenTooMuch {
                throw failure("printed more than \(CommandProcess.outputLimit) bytes", process.end())
            }
            if start.duration(to: .now) > timeLimit {
                let seconds = decimal(timeLimit.seconds, 0)
                throw failure("had not ended after \(seconds) s, and was stopped", process.end())
            }
        }
    }
}

/// What a command wrote to standard error, without what may be a secret.
struct CommandWords {
    /// The last lines, indented; empty where there are none.
    let text: String

    init(_ result: CommandResult, command: String) {
        var errors = String(decoding: result.errors, as: UTF8.self)
        // What it prints is the password, or was to be; some programs say it twice.
        let output = String(decoding: result.output.prefix(CommandProcess.outputLimit), as: UTF8.self)
        for secret in output.split(whereSeparator: \.isWhitespace) where secret.count > 3 {
            errors = errors.replacing(secret, with: "***")
        }
        let command = command.split(whereSeparator: \.isNewline).map { $0.trimmingPrefix(while: \.isWhitespace) }
        for line in command where line.count > 3 { errors = errors.replacing(line, with: "…") }
        errors = errors.replacing(/(?i)(X-Amz-(?:Signature|Security-Token|Credential)=)[^&\s]+/) { "\($0.output.1)***" }
        // The shell quotes the command where it cannot run it, or traces it: it may have the password itself in it.
        let words = Set(command.flatMap { $0.split { " \t'\"`;|&()<>$".contains($0) } }).sorted { $0.count > $1.count }
        let lines = errors.split(whereSeparator: \.isNewline).suffix(8).map { line in
            let mark = ["\(CommandProcess.shellName): ", "+"].first { line.hasPrefix($0) }
            guard let mark else { return String(line) }
            var rest = String(line.dropFirst(mark.count))
            for word in words { rest = rest.replacing(word, with: "…") }
            return mark + rest
        }
        text = lines.map { "  \($0)" }.joined(separator: "\n")
    }
}
