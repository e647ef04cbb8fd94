import Dispatch
import ETLCore
import Foundation

/// Turns SIGINT and SIGTERM into an interruption of the run.
///
/// A second one ends the process at once; so does a server that does not answer, soon after the first: it rolls the
/// batch back by itself when the connection is gone.
final class SignalWatch {
    private static let signals = [SIGINT, SIGTERM]
    /// How long the run may take to roll back and say so.
    private static let patience = DispatchTimeInterval.milliseconds(1600)
    private let sources: [any DispatchSourceSignal]

    /// - Parameters:
    ///   - interruption: is told of the first signal.
    ///   - lastWords: is called before the process ends without an answer from the server, with its exit code; it gets
    ///     a tenth of a second.
    init(_ interruption: Interruption, lastWords: @escaping @Sendable (Int32) -> Void = { _ in }) {
        // The queue of its own is free also while a cancellation waits for a silent server.
        let queue = DispatchQueue(label: "signals")
        sources = Self.signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if interruption.signal != nil {
                    Self.leave(number, "Stopped by a second signal, before the server had answered", lastWords)
                }
                queue.asyncAfter(deadline: .now() + Self.patience) {
                    Self.leave(number, "Stopped by signal \(number), without an answer from the server", lastWords)
                }
                // Also where nobody takes what is written to standard error.
                DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience + .milliseconds(200)) {
                    _exit(128 + number)
                }
                DispatchQueue.global().async { interruption.interrupt(signal: number) }
            }
            source.resume()
            return source
        }
    }

    private static func leave(_ number: Int32, _ message: String, _ lastWords: @escaping @Sendable (Int32) -> Void) {
        let done = DispatchSemaphore(value: 0)
        DispatchQueue.global().async {
            lastWords(128 + number)
            done.signal()
        }
        _ = done.wait(timeout: .now() + .milliseconds(100))
        StandardError.clearBar()
        Failure.report(
            "\(message): it rolls back what was in hand as soon as it notices, unless a commit had reached it already.")
        _exit(128 + number)
    }

    /// Gives the signals their usual effect back.
    func stop() {
        for source in sources { source.cancel() }
        for number in Self.signals { signal(number, SIG_DFL) }
        FirstProcess.letSignalsEnd()
    }
}
