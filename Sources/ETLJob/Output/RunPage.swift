import ETLCore
import Foundation
import Logging

/// The page that a run leaves behind, where one is wanted; it says how the run ended.
final class RunPage {
    private let path: String?
    private let limit: Double?
    private let logger: Logger
    private var applied: [BatchReport] = []
    private var wasTried = false

    /// - Parameters:
    ///   - path: of the file; nil where no page is wanted.
    ///   - limit: bytes that the tables must not exceed.
    init(_ path: String?, limit: Double?, _ logger: Logger) {
        (self.path, self.limit, self.logger) = (path, limit, logger)
    }

    /// Notes a batch that the run has applied.
    func add(_ batch: BatchReport) { applied.append(batch) }

    /// Writes the page after a run that went well; what was loaded is kept whatever becomes of the page.
    func write(_ session: Session) throws {
        guard let path else { return }
        do {
            try write(path, session, RunOutcome(exitCode: 0, applied: applied))
        } catch var error as JobError {
            error.message = "The load is complete and kept, but the report was not written. \(error.message)"
            error.advice = [error.advice, "Write it alone: etl-job report --output \(path)"].compactMap { $0 }
                .joined(separator: "\n")
            throw error
        }
    }

    /// Writes the page after a run that failed, or says that the old one stands; the run's own failure is what counts.
    ///
    /// - Parameter session: nil where none was opened, or there is no time for a page.
    func write(after error: any Error, _ session: Session?) {
        guard let path, !wasTried else { return }
        let message = (error as? JobError)?.message ?? "\(error)"
        let line = message.split(separator: "\n").first.map(String.init) ?? ""
        let outcome = RunOutcome(
            exitCode: Failure.code(of: error), failure: withoutPasswords(line), applied: applied)
        var reason = ""
        if let session {
            do {
                try write(path, session, outcome)
                return
            } catch { reason = ": \(printable(withoutPasswords("\(error)")))" }
        }
        let old =
            FileManager.default.fileExists(atPath: path)
            ? "Report: \(printable(path)) is the old page and says nothing of this run"
            : "Report: \(printable(path)) was not written"
        logger.warning("\(old)\(reason)")
    }

    private func write(_ path: String, _ session: Session, _ outcome: RunOutcome) throws {
        wasTried = true
        let file = try Reporter(session: session, limit: limit, after: outcome).write(to: path)
        logger.info(
            "Report: \(printable(file.path)): \(printable(file.headline))",
            metadata: ["bytes": .stringConvertible(file.bytes)])
    }
}
