/// What a run did, as `run --json` prints it.
public struct RunReport: Sendable, Codable {
    /// One entry per raw batch that was looked at, in order.
    public var batches: [BatchReport] = []
    /// Sums over the batches that were applied.
    public var totals = Totals()
    /// True where everything was rolled back; absent otherwise.
    public var dryRun: Bool?
    /// Rows that wait in the inbox when the run ends; absent where the run did not look there.
    public var waiting: Int?
    /// What a person should look at, a phrase each; empty where all is in order.
    public var lookAt: [String] = []

    /// Sums over the batches that were applied.
    public struct Totals: Sendable, Codable, Hashable {
        /// Batches applied.
        public var applied = 0
        /// Batches that had been applied before.
        public var skipped = 0
        /// Rows read.
        public var read = 0
        /// Rows that entered the distributions.
        public var accepted = 0
        /// Rows rejected.
        public var rejected = 0
        /// Snapshots appended.
        public var snapshots = 0
    }

    enum CodingKeys: String, CodingKey {
        case batches, totals, waiting
        case dryRun = "dry_run"
        case lookAt = "look_at"
    }

    /// A report of some batches; of one that is given twice the last counts.
    public init(batches: [BatchReport] = []) {
        for batch in batches {
            remove { $0.batchID == batch.batchID }
            add(batch)
        }
    }

    mutating func add(_ batch: BatchReport) {
        batches.append(batch)
        totals.count(batch)
    }

    /// Takes back what the report says of some batches.
    mutating func remove(where isGone: (BatchReport) -> Bool) {
        batches.removeAll(where: isGone)
        totals = Totals()
        for batch in batches { totals.count(batch) }
    }
}

extension RunReport.Totals {
    mutating func count(_ batch: BatchReport) {
        switch batch.status {
        case .applied: applied += 1
        case .skipped: skipped += 1
        }
        read += batch.read
        accepted += batch.accepted
        rejected += batch.rejected
        snapshots += batch.snapshots
    }
}

/// What became of one raw batch in a run.
public struct BatchReport: Sendable, Codable {
    /// What became of it.
    public enum Status: String, Sendable, Codable {
        /// Loaded by this run.
        case applied
        /// Loaded before, and unchanged.
        case skipped
    }

    /// Number of the batch.
    public let batchID: Int
    /// Where its rows came from.
    public let source: String
    /// What became of it.
    public let status: Status
    /// Rows read by this run.
    public var read = 0
    /// Of these, accepted.
    public var accepted = 0
    /// Of these, rejected.
    public var rejected = 0
    /// How often each reason led to a rejection; a row may have several.
    public var reasons: [String: Int] = [:]
    /// The batches of the window; nil before it is full, and for a skipped batch.
    public var window: [Int]?
    /// Snapshots appended.
    public var snapshots = 0
    /// Industries, and `(all)` for all of them pooled, that somebody should look at; sorted.
    public private(set) var driftAlarms: [String] = []
    /// What changed in them; not in the JSON.
    public var alarms: [DriftAlarm] = [] {
        didSet { driftAlarms = Set(alarms.map(\.industry)).sorted() }
    }
    /// How long it took.
    public var seconds = 0.0
    /// SHA-256 of the rows, as the ledger has it; not in the JSON.
    var contentSHA256: String?

    init(source: BatchSource, status: Status) {
        batchID = source.batchID
        self.source = source.name
        self.status = status
    }

    enum CodingKeys: String, CodingKey {
        case batchID = "batch_id"
        case source, status, read, accepted, rejected, reasons, window, snapshots
        case driftAlarms = "drift_alarms"
        case seconds
    }

    /// Encodes every key, also a window that is not there, as null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(batchID, forKey: .batchID)
        try container.encode(source, forKey: .source)
        try container.encode(status, forKey: .status)
        try container.encode(read, forKey: .read)
        try container.encode(accepted, forKey: .accepted)
        try container.encode(rejected, forKey: .rejected)
        try container.encode(reasons, forKey: .reasons)
        try container.encode(window, forKey: .window)
        try container.encode(snapshots, forKey: .snapshots)
        try container.encode(driftAlarms, forKey: .driftAlarms)
        try container.encode(seconds, forKey: .seconds)
    }
}
