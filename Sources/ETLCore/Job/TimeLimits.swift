/// How long the job waits for what: each limit is shorter than the time for which it tries again, so that what hangs
/// is noticed while there is time to begin anew.
public struct TimeLimits: Sendable, Hashable {
    /// For so long a batch is tried again when the database fails for a passing reason; zero for never.
    public var retryFor: Duration
    /// For so long other jobs are waited for, and locks that others hold on the tables.
    public var lockWait: Duration

    /// Makes limits; as they are, nothing is tried again.
    public init(retryFor: Duration = .zero, lockWait: Duration = .seconds(60)) {
        self.retryFor = retryFor
        self.lockWait = lockWait
    }

    /// What `run` does where nothing else is said.
    public static let standard = TimeLimits(retryFor: .seconds(120))

    /// The span that the others are derived from.
    private var span: Duration { retryFor > .zero ? retryFor : Self.standard.retryFor }

    /// The longest that a statement of a batch may take on the server.
    var statement: Duration { span * 3 / 4 }

    /// The longest that a table's lock is waited for once the job has its own: a statement may take no longer.
    var tableLockWait: Duration { min(lockWait, statement * 9 / 10) }

    /// The longest that the server may stay silent when an answer is due; nil where nothing would be tried again.
    var answer: Duration? { retryFor > .zero ? statement + grace : nil }

    /// The same while other jobs are waited for.
    var answerToLock: Duration? { answer.map { max($0, lockWait + grace) } }

    private var grace: Duration { min(max(span / 8, .seconds(1)), .seconds(15)) }

    /// From so long a silence on, either side asks by TCP whether the other is still there.
    var keepaliveIdle: Duration { min(max(span / 8, .seconds(1)), .seconds(15)) }

    /// So long after an unanswered question it is asked again, three times in all.
    var keepaliveInterval: Duration { min(max(span / 24, .seconds(1)), .seconds(5)) }

    /// After so long a silence of the other side a connection is broken.
    var deadPeer: Duration { keepaliveIdle + keepaliveInterval * 3 }
}

extension TimeLimits {
    /// Settings of every connection of the job's: by these it finds out that the other side is gone.
    ///
    /// - Parameter applicationName: what the server's own views call the connection.
    func connectionSettings(applicationName: String) -> [(keyword: String, value: String)] {
        [
            ("connect_timeout", "10"), ("fallback_application_name", applicationName), ("keepalives", "1"),
            ("keepalives_idle", "\(keepaliveIdle.components.seconds)"),
            ("keepalives_interval", "\(keepaliveInterval.components.seconds)"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "\(deadPeer.milliseconds)"),
        ]
    }
}

extension Duration {
    /// Whole milliseconds, as PostgreSQL takes its settings.
    var milliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
