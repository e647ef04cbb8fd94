public import PostgresClient
internal import Synchronization

/// Carries a signal to the run at work: the running statement is cancelled and no new one begins.
///
/// Any thread may call `interrupt`; the run looks with `check`.
public final class Interruption: Sendable {
    private struct State {
        var signal: Int32?
        var canceller: Canceller?
    }
    private let state = Mutex(State())

    /// Nothing has been interrupted yet.
    public init() {}

    /// The signal that came, if any.
    public var signal: Int32? { state.withLock { $0.signal } }

    /// Notes the signal and cancels the running statement.
    public func interrupt(signal: Int32) {
        let canceller = state.withLock { state in
            state.signal = state.signal ?? signal
            return state.canceller
        }
        canceller?.cancel()
    }

    /// From now on, an interruption cancels statements of this connection.
    ///
    /// - Throws: `PostgresError` where the connection is closed.
    public func watch(_ connection: Connection) throws {
        let canceller = try connection.makeCanceller()
        state.withLock { $0.canceller = canceller }
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
}
