/// Exit codes of the job, from `sysexits.h`.
public enum ExitCode: Int32, Sendable, CaseIterable {
    /// Done.
    case success = 0
    /// The answer to a question is no.
    case no = 1
    /// Wrong usage.
    case usage = 64
    /// The data were refused.
    case dataRefused = 65
    /// There is no such input, asset or batch.
    case noInput = 66
    /// The database cannot be reached or used.
    case unavailable = 69
    /// A defect of the job.
    case defect = 70
    /// Try again: nothing was wrong with the data.
    case tryAgain = 75
    /// Wrong configuration.
    case configuration = 78
}
