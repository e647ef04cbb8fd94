internal import PostgresClient

/// Says how long to pause before the next try, until time is up.
///
/// The pauses double from 0.1 to 5 seconds, each shortened at random, so that jobs that failed together do not come
/// back together.
final class Retries {
    private let limit: Duration
    private var firstFailure: ContinuousClock.Instant?
    private var count = 0

    /// - Parameter limit: for how long since the first failure in a row; zero for no further try.
    init(for limit: Duration) { self.limit = limit }

    /// Whether something has failed since anything last went well.
    var hasFailed: Bool { firstFailure != nil }

    /// Something went well: the next failure is a first one again.
    func reset() { (firstFailure, count) = (nil, 0) }

    /// The pause before the next try; nil when time is up.
    func nextPause() -> Duration? {
        let first = firstFailure ?? .now
        firstFailure = first
        let left = limit - first.duration(to: .now)
        guard left > .zero else { return nil }
        let ceiling = min(0.1 * Double(1 << min(count, 6)), 5)
        count += 1
        return min(left, .seconds(ceiling * Double.random(in: 0.5...1)))
    }
}

extension Session {
    /// Runs a body; where the database failed for a passing reason, once more on a fresh connection, until time is up.
    ///
    /// - Parameter body: makes no assumption of what an earlier try did.
    /// - Throws: `Interrupted`; the `PostgresError` of the last try; or what else the body throws.
    func persistently<Value>(_ retries: Retries, _ body: () throws -> Value) throws -> Value {
        var isFresh = connection.isUsable
        while true {
            do {
                if !isFresh { try reconnect() }
                return try body()
            } catch let error as PostgresError {
                try interruption.check()
                guard error.isRetryable || error.isCommitInDoubt || isPassing(error, after: retries),
                    let pause = retries.nextPause()
                else { throw error }
                Self.announce(error, pause, logger)
                try interruption.sleep(for: pause)
                isFresh = false
            }
        }
    }

    /// Whether a failure that would end the first try is to be waited out after others.
    ///
    /// A server that answered before is there, and will be again; it lets the job in again, too, when a password has
    /// been changed everywhere or a failover is over. And the job's lock may be held by what is left of a connection
    /// that was lost.
    private func isPassing(_ error: PostgresError, after retries: Retries) -> Bool {
        switch error.kind {
        case .unreachable, .noPassword: true
        case .cannotConnect: retries.hasFailed
        case .statementFailed: retries.hasFailed && error.sqlState == "55P03" && error.statement == SQL.lockSchema
        default: false
        }
    }
}
