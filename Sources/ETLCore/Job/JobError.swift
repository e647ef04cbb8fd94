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
    public init(_ error: PostgresError, during task: String? = nil) {
        let prefix = task.map { "\($0): " } ?? ""
        let (exitCode, advice) = Self.judge(error)
        self.init(exitCode, prefix + error.description, advice: advice)
    }

    private static func judge(_ error: PostgresError) -> (ExitCode, String?) {
        switch error.kind {
        case .invalidConnectionString:
            return (.configuration, nil)
        case .cannotConnect:
            return (
                .unavailable,
                "Check that the server runs and that host, port, user, password and database are right."
            )
        case .connectionLost:
            return (.tryAgain, "The transaction was rolled back by the server; run again.")
        case .commitInDoubt:
            return (.tryAgain, "Whether the batch was committed is unknown; the next run looks it up in the ledger.")
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
        case "25006",
            // A standby refuses to begin a transaction that writes.
            "0A000" where error.statement?.name == "begin":
            return (.tryAgain, "The server accepts no writes: a standby, or a failover under way. Run again later.")
        default:
            return error.isRetryable ? (.tryAgain, "Nothing of the batch was kept; run again.") : (.defect, nil)
        }
    }
}
