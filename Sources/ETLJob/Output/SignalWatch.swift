import Dispatch
import ETLCore
import Foundation
import Synchronization

/// Turns SIGINT and SIGTERM into an interruption of the command.
///
/// A second one ends the process at once; so does a server that does not answer, soon after the first: it rolls the
/// batch back by itself when the connection is gone. Before there is anything to interrupt the first ends it at once.
///
/// By handlers, which programs that are started do not inherit, as they would inherit that a signal is ignored.
final class SignalWatch: Sendable {
    private static let signals = [SIGINT, SIGTERM]
    /// How long the command may take to roll back and say so.
    private static let patience: Int32 = 1400

    private let interruption = Mutex<Interruption?>(nil)
    private let lastWords: @Sendable (Int32) -> Void

    /// From now on signals are waited for.
    ///
    /// - Parameter lastWords: is called before the process ends without an answer from the server, with its exit code;
    ///   it gets two fifths of a second.
    init(lastWords: @escaping @Sendable (Int32) -> Void = { _ in }) {
        self.lastWords = lastWords
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let reader = ends[0]
        signalPipe.store(ends[1], ordering: .sequentiallyConsistent)
        // Threads of its own, which are free whatever the others wait for.
        Thread.detachNewThread { [self] in
            // Those of the tasks may hold signals back.
            var watched = sigset_t()
            sigemptyset(&watched)
            for number in Self.signals { sigaddset(&watched, number) }
            pthread_sigmask(SIG_UNBLOCK, &watched, nil)
            guard let number = Self.next(reader, within: -1) else { return }
            handle(number, reader)
        }
        for number in Self.signals { Self.install(number) }
    }

    /// The next signal's number; nil where none comes in time.
    private static func next(_ reader: Int32, within milliseconds: Int32) -> Int32? {
        let deadline = ContinuousClock.now + .milliseconds(Int64(milliseconds))
        while true {
            let left = milliseconds < 0 ? -1 : max(Int32(ContinuousClock.now.duration(to: deadline).seconds * 1000), 0)
            var waiting = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
            let count = poll(&waiting, 1, left)
            var number: UInt8 = 0
            if count > 0 { return read(reader, &number, 1) == 1 ? Int32(number) : nil }
            if count == 0 || errno != EINTR { return nil }
        }
    }

    private static func install(_ number: Int32) {
        var action = sigaction()
        let handler: @convention(c) (Int32) -> Void = { number in
            var byte = UInt8(truncatingIfNeeded: number)
            _ = write(signalPipe.load(ordering: .sequentiallyConsistent), &byte, 1)
        }
        #if os(Linux)
            action.__sigaction_handler.sa_handler = handler
        #else
            action.__sigaction_u.__sa_handler = handler
        #endif
        action.sa_flags = Int32(SA_RESTART)
        sigaction(number, &action, nil)
    }

    /// From now on a signal interrupts what there is to interrupt.
    func carry(to interruption: Interruption) { self.interruption.withLock { $0 = interruption } }

    private func handle(_ number: Int32, _ reader: Int32) {
        guard let interruption = interruption.withLock({ $0 }) else {
            leave(number, "Stopped by signal \(number), before the database was asked for anything.")
        }
        // A cancellation waits for a silent server.
        Thread.detachNewThread { interruption.interrupt(signal: number) }
        let second = Self.next(reader, within: Self.patience)
        let cause =
            second == nil
            ? "Stopped by signal \(number), without an answer from the server"
            : "Stopped by a second signal, before the server had answered"
        leave(
            second ?? number,
            "\(cause): it rolls back what was in hand as soon as it notices, unless a commit had reached it already.")
    }

    private static func exit(_ number: Int32, after milliseconds: Int32) {
        Thread.detachNewThread {
            usleep(UInt32(milliseconds) * 1000)
            _exit(128 + number)
        }
    }

    private func leave(_ number: Int32, _ message: String) -> Never {
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [lastWords] in
            lastWords(128 + number)
            done.signal()
        }
        _ = done.wait(timeout: .now() + .milliseconds(400))
        // Also where nobody takes what is written to standard error.
        Self.exit(number, after: 150)
        StandardError.clearBar()
        Failure.report(message, code: 128 + number)
        _exit(128 + number)
    }

    /// Gives the signals their usual effect back.
    func stop() {
        for number in Self.signals { signal(number, SIG_DFL) }
        FirstProcess.letSignalsEnd()
    }
}

/// Where a signal's handler writes its number.
private let signalPipe = Atomic<Int32>(-1)
