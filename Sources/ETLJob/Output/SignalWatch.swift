import Dispatch
import ETLCore
import Foundation

/// Turns SIGINT and SIGTERM into an interruption of the run; a second one ends the process at once.
final class SignalWatch {
    private static let signals = [SIGINT, SIGTERM]
    private let sources: [any DispatchSourceSignal]

    init(_ interruption: Interruption) {
        sources = Self.signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if interruption.signal != nil { _exit(128 + number) }
                interruption.interrupt(signal: number)
            }
            source.resume()
            return source
        }
    }

    /// Gives the signals their usual effect back.
    func stop() {
        for source in sources { source.cancel() }
        for number in Self.signals { signal(number, SIG_DFL) }
    }
}
