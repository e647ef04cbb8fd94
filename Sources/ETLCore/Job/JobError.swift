public import PostgresClient

/// A failure as a person is told of it: what, where, what to do, and the exit code.
public struct JobError: Error, Sendable, CustomStringConvertible {
    /// The code to exit with.
    public let exitCode: ExitCode
    /// What went wrong and where, in one sentence.
    public var message: String
    /// What to do about it.
    public var advice: String?

    /// Makes an error with its exit code.
    public init(_ exitCode: ExitCode, _ message: String, advice: String? = nil) {
        self.exitCode = exitCode
        self.message = message
        self.advice = advice
    }

    /// The message, and the advice on a line of its own.
    public var description: String { advice.map { "\(message)\n\($0)" } ?? message }
}

extension JobError {
    /// What an error of the database means for the job.
    ///
    /// - Parameters:
    ///   - error: the error as the client reported it.
    ///   - task: what the job was doing, as in "batch 7".
    ///   - wasReached: whether the server had answered the job before: then it is away, and its name is not wrong.
    public init(_ error: PostgresError, during task: String? = nil, wasReached: Bool = false) {
        let prefix = task.map { "\($0): " } ?? ""
        var (exitCode, advice) = Self.judge(error)
        if wasReached && !error.isRetryable && (error.isUnreachable || error.kind == .cannotConnect) {
            let condition =
                error.kind == .noPassword
                ? "the password command gives a password" : "the server is back and lets the job in"
            (exitCode, advice) = (.tryAgain, "Run again when \(condition).")
        }
        self.init(exitCode, prefix + error.description, advice: advice)
    }

    private static func judge(_ error: PostgresError) -> (ExitCode, String?) {
        switch error.kind {
        case .invalidConnectionString:
            return (.configuration, nil)
        case .noPassword:
            return (.configuration, PasswordCommand.advice)
        case .noWritableServer:
            return (.tryAgain, "It is a standby, or set to read-only, or a failover is under way. Run again later.")
        case .unreachable, .cannotConnect:
            if error.sqlState == "53300" {
                return (
                    .tryAgain,
                    "Close connections that are not needed, or raise the limit of the server, database or user; run again."
                )
            }
            guard !error.isRetryable else { return (.tryAgain, "Run again later.") }
            return (
                .unavailable,
                "Check that the server runs and that host, port, user, password and database are right."
            )
        case .connectionLost, .commitInDoubt:
            return (.tryAgain, "Run again; what is in the ledger by then is not loaded twice.")
        case .unexpectedResult:
            return (.defect, nil)
        case .statementFailed:
            break
        }
        switch error.sqlState ?? "" {
        case "42501":
            return (
                .configuration, "Ask the owner of the schema for this right; `etl-job doctor` lists what a run needs."
            )
        case "42P01", "42883", "3F000":
            return (.configuration, "A table or function of the job is missing: run `etl-job migrate`.")
        case "53100":
            return (.unavailable, "The server's disk is full. Nothing of the batch was kept; make room and run again.")
        case "53200", "53400", "58000", "58030", "XX001", "XX002":
            return (.unavailable, "The server cannot go on; see its log.")
        case "55P03":
            return (.tryAgain, "A lock was not to be had in time: another job or session holds it. Run again later.")
        case "57014":
            return (
                .tryAgain,
                """
                A statement took longer than it may: than statement_timeout of the user or database, or than three \
                quarters of --retry-for. Nothing of the batch was kept; run again, with a longer limit if need be.
                """
            )
        case "25006":
            return (.tryAgain, "The server accepts no writes: a standby, or a failover under way. Run again later.")
        default:
            return error.isRetryable ? (.tryAgain, "Nothing of the batch was kept; run again.") : (.defect, nil)
        }
    }
}
