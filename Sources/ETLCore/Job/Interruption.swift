public import PostgresClient
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Carries a signal to the run at work: the running statement is cancelled and no new one begins.
///
/// Any thread may call `interrupt`; the run looks with `check`.
public final class Interruption: Sendable {
    /// What a connection is for.
    public enum Purpose: Sendable {
        /// The job's own tables.
        case job
        /// The raw rows of another database.
        case source
    }

    private struct State {
        var signal: Int32?
        var cancellers: [Purpose: Canceller] = [:]
    }
    private let state = Mutex(State())

    /// Nothing has been interrupted yet.
    public init() {}

    /// The signal that came, if any.
    public var signal: Int32? { state.withLock { $0.signal } }

    /// Notes the signal and cancels the running statements.
    public func interrupt(signal: Int32) {
        let cancellers = state.withLock { state in
            state.signal = state.signal ?? signal
            return state.cancellers.values
        }
        for canceller in cancellers { canceller.cancel() }
    }

    /// From now on, an interruption cancels statements of this connection, and no more of the one before it.
    ///
    /// - Throws: `PostgresError` where the connection is closed.
    public func watch(_ connection: Connection, as purpose: Purpose = .job) throws {
        let canceller = try connection.makeCanceller()
        state.withLock { $0.cancellers[purpose] = canceller }
    }

    /// Waits, unless a signal has come or comes.
    ///
    /// - Throws: `Interrupted`.
    func sleep(for duration: Duration) throws {
        let end = ContinuousClock.now + duration
        while true {
            try check()
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { return }
            usleep(UInt32(min(left.milliseconds + 1, 50) * 1000))
        }
    }

    /// Throws `Interrupted` where a signal has come.
    public func check() throws {
        if let signal { throw Interrupted(signal: signal) }
    }
}

/// The run was stopped by a signal; what was in hand has been rolled back.
public struct Interrupted: Error, Sendable {
    /// The signal's number.
    public let signal: Int32
    /// Whether a batch was being committed, and it is not known whether it was.
    public var isInDoubt = false
    /// Where the ledger stands, in a sentence; nil where the run had not looked at it.
    public var ledger: String?
}
