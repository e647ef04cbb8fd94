/// How the run ended that a page is made after.
public struct RunOutcome: Sendable {
    /// Changes that somebody should look at after one of the run's batches.
    struct Alarm: Sendable {
        var batchID: Int
        var changes: [DriftAlarm]
    }

    /// What the run exits with.
    let exitCode: Int32
    /// What went wrong; nil where nothing did.
    let failure: String?
    /// In the order of the batches.
    let alarms: [Alarm]

    /// Makes an outcome.
    ///
    /// - Parameters:
    ///   - exitCode: what the run exits with.
    ///   - failure: what went wrong, without passwords.
    ///   - applied: the batches that the run applied.
    public init(exitCode: Int32, failure: String? = nil, applied: [BatchReport]) {
        (self.exitCode, self.failure) = (exitCode, failure)
        // A batch that a failover took back was applied twice; the second time counts.
        let newest = Dictionary(applied.map { ($0.batchID, $0.alarms) }, uniquingKeysWith: { _, last in last })
        alarms = newest.filter { !$1.isEmpty }.sorted { $0.key < $1.key }.map(Alarm.init)
    }
}
