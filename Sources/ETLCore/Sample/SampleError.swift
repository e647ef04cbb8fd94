/// Why synthetic batches could not be written.
public enum SampleError: Error, Equatable, Sendable {
    /// An argument is out of its range.
    case invalidArgument(name: String, problem: String)
    /// A batch file is there already and overwriting was not asked for; nothing was written.
    case fileExists(path: String)
    /// The system refused a file operation: disk full, missing right, a file where a folder is needed.
    case fileOperation(doing: String, path: String, code: Int32, reason: String)
}

extension SampleError: CustomStringConvertible {
    /// The error in words, for a person at a prompt.
    public var description: String {
        switch self {
        case .invalidArgument(let name, let problem):
            "\(name) \(problem)"
        case .fileExists(let path):
            "\(path) exists already; nothing was written. Give --force to overwrite it"
        case .fileOperation(let doing, let path, _, let reason):
            "could not \(doing) \(path): \(reason)"
        }
    }
}
