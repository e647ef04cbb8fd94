import ArgumentParser
import ETLCore
import Foundation

/// How the program ends when something went wrong.
enum Failure {
    /// Prints what went wrong to standard error and exits with its code.
    static func exit(_ error: any Error) -> Never {
        switch error {
        case let error as JobError:
            leave(error.message, error.advice, code(of: error))
        case let error as SampleError:
            leave("\(error)", judge(error).1, code(of: error))
        case let interrupted as Interrupted:
            let end = interrupted.isInDoubt ? "." : "; what was in hand was rolled back."
            let ledger = interrupted.ledger.map { " \($0)" } ?? ""
            leave("Stopped by signal \(interrupted.signal)\(end)\(ledger)", nil, code(of: error))
        default:
            leave(ofParser: error)
        }
    }

    /// The code that the program exits with when this went wrong.
    static func code(of error: any Error) -> Int32 {
        switch error {
        case let error as JobError: error.exitCode.rawValue
        case let error as SampleError: judge(error).0.rawValue
        case let interrupted as Interrupted: 128 + interrupted.signal
        default: ETLJob.exitCode(for: error).rawValue
        }
    }

    private static func leave(_ message: String, _ advice: String?, _ code: Int32) -> Never {
        report(message, advice, code: code)
        Foundation.exit(code)
    }

    /// Prints what went wrong to standard error, as the log's format asks for.
    ///
    /// - Parameter code: that the program is about to exit with.
    static func report(_ message: String, _ advice: String? = nil, code: Int32) {
        if LogOptions.isJSON {
            CommandEnd.write(code, error: message, advice: advice)
        } else {
            StandardError.write("\(Style(.standardError).red("error:")) \(shown(message))")
            if let advice { StandardError.write(shown(advice)) }
        }
    }

    /// Wrong usage, help, version and completion scripts: the parser's own texts, which may name what was typed.
    private static func leave(ofParser error: any Error) -> Never {
        let code = ETLJob.exitCode(for: error).rawValue
        let text = ETLJob.fullMessage(for: error)
        if code == 0 {
            StandardOutput.write(text)
        } else if LogOptions.isJSON {
            // A question that was answered with no has no text.
            CommandEnd.write(code, error: text.isEmpty ? nil : text)
        } else if !text.isEmpty {
            StandardError.write(shown(text))
        }
        Foundation.exit(code)
    }

    private static func shown(_ text: String) -> String { printable(withoutPasswords(text), keepingLines: true) }

    private static func judge(_ error: SampleError) -> (ETLCore.ExitCode, String?) {
        switch error {
        case .invalidArgument: (.usage, "See: etl-job sample --help")
        case .fileExists: (.usage, nil)
        case .fileOperation(_, _, let code, _): (code == ENOSPC ? .unavailable : .configuration, nil)
        }
    }
}
